import { type BlockReader } from '../../commands/source/block-reader.js';
import { type BlockReaderStart } from '../../commands/source/block-writer.js';
import { chooseReader } from '../../commands/source/choose-reader.js';
import { createCoveredText } from '../../commands/source/covered-text.js';
import { type ReadBlock } from '../../commands/source/read-block.js';
import { createSeriesDictionary } from '../../commands/source/series-dictionary.js';
import { readStart } from '../../commands/source/source-start.js';
import { openSource } from '../../commands/source/open-source.js';
import { type IdentifiedSource, type ReadOptions, type SourceReading } from '../../commands/source/source.js';
import { type ClusterId } from '../../domain/ids.js';
import { formatInstant } from '../../domain/instant.js';
import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type Series } from '../../domain/segment/segment.js';
import { type OpenText, type TextStep } from '../../domain/source-text.js';
import { never } from './never.js';

export const cluster = 'test-cluster' as ClusterId;
export const longHeader =
  'timestamp,metric_name,gpu_id,device,uuid,modelName,Hostname,container,pod,namespace,value,labels_raw';

/** A row of the long form, every field quoted; columns that are not given have a usual value. */
export const longRow = (given: Readonly<Record<string, string>> = {}): string => {
  const usual: Record<string, string> = {
    timestamp: '2025-07-18T20:42:34Z',
    metric_name: 'DCGM_FI_DEV_GPU_UTIL',
    gpu_id: '0',
    device: 'nvidia0',
    uuid: 'GPU-1',
    modelName: 'NVIDIA H100',
    Hostname: 'host-1',
    container: '',
    pod: '',
    namespace: '',
    value: '1',
    labels_raw: 'a="b"',
    ...given,
  };
  const columns = longHeader.split(',');
  return columns.map((name) => `"${usual[name]!.replaceAll('"', '""')}"`).join(',');
};

/** A text in memory, in pieces of a size. */
export const memoryText = (
  bytes: Uint8Array,
  pieceBytes = 1000,
  last: TextStep = { kind: 'end' },
  isPlain = false,
): OpenText => {
  async function* steps(from: number, signal: AbortSignal): AsyncGenerator<TextStep, void, undefined> {
    for (let at = from; at < bytes.length; at += pieceBytes) {
      if (signal.aborted) return;
      yield { kind: 'text', bytes: Uint8Array.from(bytes.subarray(at, at + pieceBytes)) };
    }
    if (!signal.aborted) yield last;
  }
  const progress = () => ({ readBytes: bytes.length, sizeBytes: bytes.length });
  const whole = {
    isFollowed: false,
    isPlain,
    canGoBackTo: () => true,
    settled: () => undefined,
    unsettled: () => undefined,
  };
  return async () => ({ kind: 'opened', text: { path: 'memory', progress, ...whole, steps } });
};

export const identify = async (open: OpenText, signal = never): Promise<IdentifiedSource> => {
  const opening = await openSource(open, cluster, signal);
  if (opening.kind !== 'identified') throw new Error(JSON.stringify(opening));
  return opening;
};

export const start = async (
  source: IdentifiedSource,
  from?: SourceCheckpoint,
  options: ReadOptions = {},
  signal = never,
): Promise<SourceReading> => {
  const begun = await source.read(from, options, signal);
  if (begun.kind !== 'reading') throw new Error(begun.message);
  return begun;
};

export const allBlocks = async (reading: SourceReading): Promise<readonly ReadBlock[]> => {
  const blocks: ReadBlock[] = [];
  for await (const block of reading.blocks()) blocks.push(block);
  return blocks;
};

/** Reads a text to its end. */
export const readText = async (text: string | Uint8Array, options: ReadOptions = {}): Promise<readonly ReadBlock[]> =>
  allBlocks(await start(await identify(memoryText(Buffer.from(text))), undefined, options));

/** The blocks of a text that comes in the given pieces; undefined where there is no row. */
export const blocksOfPieces = (
  pieces: readonly Uint8Array[],
  cutEvery?: bigint,
  createReader: (start: BlockReaderStart) => BlockReader = chooseReader,
): readonly ReadBlock[] | undefined => {
  const known = readStart(Buffer.concat(pieces), true);
  if (known.kind === 'no-rows') return undefined;
  if (known.kind !== 'start') throw new Error(known.kind);
  const { form, headerBytes } = known;
  const state = { dictionary: createSeriesDictionary(), covered: createCoveredText(), offset: 0, row: 1 };
  const reader = createReader({ form, headerBytes, cutEvery, ...state });
  return [...pieces.flatMap((piece) => [...reader.push(piece)]), ...reader.end()];
};

/** A series as plain data, however it is kept. */
export const textsOf = (series: Series): Series => {
  const { metric, gpuIndex, device, uuid, modelName, hostname, container, pod, namespace, labels, extra } = series;
  return { metric, gpuIndex, device, uuid, modelName, hostname, container, pod, namespace, labels, extra };
};

export interface TestEvent {
  readonly metric: string;
  readonly uuid: string;
  readonly time: string;
  readonly timeText: string | undefined;
  readonly value: number;
  readonly text: string | undefined;
}

/** Everything that blocks say, one object for each event, so that tests can compare. */
export const eventsOf = (blocks: readonly ReadBlock[]): readonly TestEvent[] =>
  blocks.flatMap((block) =>
    Array.from(block.values, (value, at) => {
      const series = block.series.at(block.seriesAt[at]!);
      const time = block.times[block.timeAt[at]!]!;
      const names = { metric: series.metric, uuid: series.uuid };
      return { ...names, time: formatInstant(time.at), timeText: time.text, value, text: block.texts.get(at) };
    }),
  );

/** Blocks as data that can be compared, the dictionary included. */
export const contentsOf = (blocks: readonly ReadBlock[] | undefined) =>
  blocks?.map((block) => ({
    bounds: [block.from, block.to, block.rows, block.nextRow, block.drained],
    times: block.times,
    events: Array.from(block.values, (value, at) => [
      value,
      block.texts.get(at),
      block.timeAt[at],
      block.seriesAt[at],
      textsOf(block.series.at(block.seriesAt[at]!)),
    ]),
    rejected: block.rejected,
  }));

/** Bytes cut into pieces at any places. */
export const cutAt = (bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, at) => Uint8Array.from(bytes.subarray(places[at], end)));
};

export const rejectedOf = (blocks: readonly ReadBlock[]) =>
  blocks.flatMap((block) =>
    block.rejected.map(({ offset, row, reasons, raw, length }) => ({
      offset,
      row,
      reasons,
      raw: raw === undefined ? undefined : Buffer.from(raw).toString(),
      length,
    })),
  );

/** A checkpoint after the blocks that a reading has handed out. */
export const checkpointAt = (source: IdentifiedSource, reading: SourceReading, block: ReadBlock): SourceCheckpoint => ({
  source: source.id,
  cluster,
  path: source.path,
  log_id: 'log',
  claim: 1n as SourceCheckpoint['claim'],
  batch: 0,
  offset: block.to,
  row: block.nextRow,
  rows: block.nextRow - 1,
  events: 0,
  dead_letters: 0,
  dead_letter_bytes: 0,
  counted: 0,
  ...reading.covered(),
  pass: 0,
  base: null,
  newest: null,
  state: 'reading',
});
