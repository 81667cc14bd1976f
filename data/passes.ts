import { createFleet, exportOrder } from './fleet.js';
import { GpuLife } from './gpu-life.js';
import { createRandom, shuffle } from './random.js';
import { createRowText, formatRow, header, metrics, passSeconds } from './row.js';

export interface ExportOptions {
  readonly gpus: number;
  readonly hosts: number;
  /** Sampling passes of all ten metrics. */
  readonly steps: number;
  readonly seed: number;
  /** Whole seconds from one pass to the next. */
  readonly interval: number;
  /** Milliseconds since 1970 of the first pass, a whole second. */
  readonly start: number;
  /** Rows of one second in no order. */
  readonly shuffle: boolean;
  /** Every GPU keeps the values of its first pass. */
  readonly constant?: boolean;
}

/** Characters handed on at once, about. */
const chunkLength = 64 * 1024;

/** The whole export as pieces of text of about 64 KiB, made as they are asked for: a file of any size in little memory. */
export function* exportText(options: ExportOptions): Generator<string> {
  let chunk = `${header}\n`;
  for (const row of exportRows(options)) {
    chunk += row;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

function* exportRows(options: ExportOptions): Generator<string> {
  const { seed, start, interval } = options;
  const fleet = createFleet(options.gpus, options.hosts, seed);
  const texts = fleet.map(createRowText);
  const lives = fleet.map((gpu, number) => new GpuLife(gpu, number, seed));
  const random = createRandom(seed, -1);
  const orders = createOrders(() => exportOrder(fleet, random));
  const first = lives.map((life) => life.step());
  for (let step = 0; step < options.steps; step++) {
    const readings = step === 0 || options.constant ? first : lives.map((life) => life.step());
    for (const { second, parts } of secondsOfPass(interval)) {
      const time = new Date(start + (step * interval + second) * 1000).toISOString().replace('.000Z', 'Z');
      const rows = parts.flatMap((metric) => orders[metric]!.map((gpu) => ({ metric, gpu })));
      for (const { metric, gpu } of options.shuffle ? shuffle(rows, random) : rows) {
        const { name, field } = metrics[metric]!;
        yield formatRow(time, name, texts[gpu]!, readings[gpu]![field]);
      }
    }
  }
}

/** One order of the GPUs per metric: most metrics share one, the fifth and sixth have their own, as real exports do. */
function createOrders(createOrder: () => readonly number[]): readonly (readonly number[])[] {
  const [shared, fifth, sixth] = [createOrder(), createOrder(), createOrder()];
  return metrics.map((_, metric) => (metric === 4 ? fifth : metric === 5 ? sixth : shared));
}

/** The metrics (by number) of each second of a pass; an interval shorter than a pass draws the seconds together. */
function secondsOfPass(interval: number): readonly { readonly second: number; readonly parts: readonly number[] }[] {
  const seconds = new Map<number, number[]>();
  for (const [number, { second }] of metrics.entries()) {
    const at = Math.floor((second * Math.min(interval, passSeconds)) / passSeconds);
    seconds.set(at, [...(seconds.get(at) ?? []), number]);
  }
  return [...seconds].map(([second, parts]) => ({ second, parts }));
}
