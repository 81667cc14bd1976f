import { createHash } from 'node:crypto';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { Epoch, Lane, Partition, Sequence } from './ids.js';
import { parseJson } from './json-text.js';
import { type LogEntry } from './log-entry.js';
import { next, Revision } from './revision.js';

/**
 * A stretch of a log as a file, specified in ARCHIVE.md. Versioned: change with care.
 */

/** A partition that lacks segments, deleted before the archive was begun; from this revision on it is whole. */
const TrimmedFrom = t.readonly(t.type({ partition: Partition, from: Revision }));
export type TrimmedFrom = t.TypeOf<typeof TrimmedFrom>;

const Head = t.intersection([
  t.type({
    /** 2 where partitions are named as trimmed: who knows format 1 alone must not take the stretch for whole. */
    format: t.union([t.literal(1), t.literal(2)]),
    log_id: t.string,
    epoch: Epoch,
    /** The stretch: every segment of the log from one revision up to another, both inclusive. */
    from: Revision,
    to: Revision,
    entries: t.number,
  }),
  t.partial({ trimmed: t.readonlyArray(TrimmedFrom) }),
]);
export type ArchiveHead = t.TypeOf<typeof Head>;

const EntryHead = t.type({
  partition: Partition,
  lane: Lane,
  sequence: Sequence,
  revision: Revision,
  key: t.string,
  bytes: t.number,
});

/** What the name of a file says of it. */
export interface ArchiveName {
  readonly from: Revision;
  readonly to: Revision;
  readonly sha256: string;
}

const width = 19;
const pattern = /^log-(\d{19})-(\d{19})-([0-9a-f]{64})\.segments$/;

export const archiveName = ({ from, to, sha256 }: ArchiveName): string =>
  `log-${String(from).padStart(width, '0')}-${String(to).padStart(width, '0')}-${sha256}.segments`;

/** Undefined for a name of another form. */
export const parseArchiveName = (name: string): ArchiveName | undefined => {
  const found = pattern.exec(name);
  if (!found) return undefined;
  return { from: BigInt(found[1]!) as Revision, to: BigInt(found[2]!) as Revision, sha256: found[3]! };
};

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const line = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);

/** The bytes of a file; the same stretch gives the same bytes. */
export const encodeArchive = (head: Omit<ArchiveHead, 'format' | 'entries'>, entries: readonly LogEntry[]): Buffer =>
  Buffer.concat([
    line(Head.encode({ ...head, format: head.trimmed === undefined ? 1 : 2, entries: entries.length })),
    ...entries.flatMap(({ bytes, ...place }) => [
      line(EntryHead.encode({ ...place, bytes: bytes.length })),
      bytes,
      Buffer.of(10),
    ]),
  ]);

export interface ArchiveStretch {
  readonly head: ArchiveHead;
  readonly entries: readonly LogEntry[];
}

/** Why a file is not what its name says. */
class NotAnArchive extends Error {}

/** Back from `encodeArchive`; a sentence where the bytes are not what the name says. Nothing is thrown. */
export const decodeArchive = (name: ArchiveName, bytes: Buffer): ArchiveStretch | string => {
  if (sha256Of(bytes) !== name.sha256) return 'it is damaged: its SHA-256 is not the one in its name';
  try {
    return read(name, bytes);
  } catch (error) {
    if (error instanceof NotAnArchive) return error.message;
    throw error;
  }
};

const read = (name: ArchiveName, bytes: Buffer): ArchiveStretch => {
  let at = 0;
  const lineOf = <A>(codec: t.Decoder<unknown, A>): A => {
    const end = bytes.indexOf(10, at);
    const decoded = codec.decode(parseJson(bytes.subarray(at, end < 0 ? at : end).toString('utf8')));
    if (isLeft(decoded)) throw new NotAnArchive(`it is not of format 1 or 2 at byte ${String(at)}`);
    at = end + 1;
    return decoded.right;
  };
  const head = lineOf(Head);
  if (head.from !== name.from || head.to !== name.to) throw new NotAnArchive('its name is not that of its content');
  const entries: LogEntry[] = [];
  for (let count = 0; count < head.entries; count++) {
    const { bytes: length, ...place } = lineOf(EntryHead);
    entries.push({ ...place, bytes: bytes.subarray(at, at + length) });
    at += length + 1;
  }
  if (at !== bytes.length) throw new NotAnArchive('it ends elsewhere than where its head says');
  return { head, entries };
};

/** What is wrong with a chain of files in the order of their revisions; undefined when each begins where one ended. */
export const chainFault = (names: readonly ArchiveName[]): string | undefined => {
  for (let i = 1; i < names.length; i++) {
    const [before, one] = [names[i - 1]!, names[i]!];
    if (one.from > next(before.to)) {
      return `a file is missing: none holds the revisions ${String(next(before.to))} to ${String(one.from - 1n)}`;
    }
    if (one.from <= before.to) return `two files hold revision ${String(one.from)}: they are of different archives`;
  }
  return undefined;
};
