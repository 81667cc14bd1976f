import { parseCheckpoint } from '../../../../commands/append/checkpoint-text.js';
import { type SourceId } from '../../../../domain/ids.js';
import { type Segment } from '../../../../domain/segment/segment.js';
import { isRefused } from './rows.js';
import { type Stored, type World } from './world.js';

/** What the promises of the log say about a world in which every source has been streamed to its end. */
export const violations = (
  world: World,
  sources: ReadonlyMap<SourceId, number>,
  segmentOf: (bytes: Uint8Array) => Segment,
): readonly string[] => {
  const all = [...world.trimmed, ...world.log.values()].sort((a, b) => Number(a.revision - b.revision));
  const found = [...gaps(all), ...tornBatches(all, segmentOf)];
  for (const [source, rows] of sources) {
    const segments = all.map(({ bytes }) => segmentOf(bytes)).filter(({ header }) => header.source === source);
    found.push(...wrongRows(segments, rows), ...wrongOrder(segments));
    found.push(...wrongCheckpoint(world, source, rows), ...wrongDeadLetters(world, source, rows));
  }
  return found;
};

const gaps = (all: readonly Stored[]): readonly string[] => {
  const columns = new Map<string, number[]>();
  for (const { partition, lane, sequence } of all) {
    const column = `${String(partition)}/${String(lane)}`;
    columns.set(column, [...(columns.get(column) ?? []), sequence]);
  }
  return [...columns]
    .filter(([, sequences]) => sequences.sort((a, b) => a - b).some((sequence, i) => sequence !== i))
    .map(([column]) => `L2: sequences of ${column} are not dense`);
};

const tornBatches = (all: readonly Stored[], segmentOf: (bytes: Uint8Array) => Segment): readonly string[] => {
  const batches = new Map<string, { parts: number; seen: number; revisions: Set<bigint> }>();
  for (const { bytes, revision } of all) {
    const { claim, batch, parts } = segmentOf(bytes).header;
    const id = `${String(claim)}/${String(batch)}`;
    const known = batches.get(id) ?? { parts, seen: 0, revisions: new Set<bigint>() };
    batches.set(id, { ...known, seen: known.seen + 1, revisions: known.revisions.add(revision) });
  }
  return [...batches]
    .filter(([, { parts, seen, revisions }]) => parts !== seen || revisions.size !== 1)
    .map(([id]) => `L2: batch ${id} is not complete in one revision`);
};

const wrongRows = (segments: readonly Segment[], rows: number): readonly string[] => {
  const seen = new Array<number>(rows).fill(0);
  for (const { samples } of segments) for (const row of samples.values) seen[row]!++;
  return seen.flatMap((times, row) =>
    times === (isRefused(row) ? 0 : 1) ? [] : [`L3: row ${String(row)} stands in the log ${String(times)} times`],
  );
};

const wrongOrder = (segments: readonly Segment[]): readonly string[] => {
  const last = new Map<string, number>();
  const found: string[] = [];
  for (const { samples } of segments) {
    samples.values.forEach((row, i) => {
      const host = samples.series[samples.seriesAt[i]!]!.hostname;
      if (row < (last.get(host) ?? -1)) found.push(`L5: row ${String(row)} of ${host} comes too late`);
      last.set(host, row);
    });
  }
  return found;
};

const wrongCheckpoint = (world: World, source: SourceId, rows: number): readonly string[] => {
  const checkpoint = parseCheckpoint(world.checkpoints.get(source) ?? '');
  const refused = Array.from({ length: rows }, (_, row) => row).filter(isRefused).length;
  const { offset, events, dead_letters, state } = checkpoint ?? {};
  const right = offset === rows && events === rows - refused && dead_letters === refused && state === 'ended';
  return right && checkpoint?.rows === rows
    ? []
    : [`L3: the checkpoint of ${source} is ${JSON.stringify(checkpoint?.offset)}`];
};

const wrongDeadLetters = (world: World, source: SourceId, rows: number): readonly string[] => {
  const expected = Array.from({ length: rows }, (_, row) => row).filter(isRefused);
  const kept = expected.filter((row) => world.deadLetters.get(`${source}/${String(row)}`) === 1);
  return kept.length === expected.length ? [] : [`S3: dead letters of ${source} are not there, or were put twice`];
};
