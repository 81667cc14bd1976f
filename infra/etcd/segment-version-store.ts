import { type Etcd3 } from 'etcd3';
import { CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { GatewayAnnouncement } from '../../domain/gateway-announcement.js';
import {
  firstSegmentVersion,
  SegmentVersionInUse,
  type SegmentReader,
  versionFor,
} from '../../domain/segment-version.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { cancellable } from './cancellable.js';
import { followSet } from './follow-set.js';
import { keyAfter } from './key-path.js';
import { type Keys } from './keys.js';
import { once, oneTry } from './one-try.js';
import { getOne } from './range.js';
import { type Patience } from './persistently.js';
import { readTogether } from './read-together.js';
import { fromJson, toJson, tryFromJson } from './stored-json.js';
import { type StoredValue, storedValue } from './stored-value.js';
import { type Compare, transact } from './transaction.js';

const inUseOf = (stored: StoredValue | undefined): number =>
  stored === undefined ? firstSegmentVersion : fromJson(SegmentVersionInUse, stored).version;

/** The newest version of segments that may stand in the log. */
export const readSegmentVersion = async (
  client: Etcd3,
  keys: Keys,
  signal: AbortSignal,
  patience: Patience = {},
): Promise<number> => inUseOf((await getOne(client, keys.segmentVersion, signal, patience)).stored);

/** The same, now and whenever it is raised, until the signal aborts. */
export async function* followSegmentVersion(
  client: Etcd3,
  keys: Keys,
  signal: AbortSignal,
): AsyncGenerator<number, void, undefined> {
  const key = keys.segmentVersion;
  for await (const { values } of followSet(client, { start: key, end: keyAfter(key) }, signal)) {
    yield inUseOf(values.get(key));
  }
}

/**
 * Raises what may stand in the log to what the writer writes, as far as all living collectors and gateways read that, and
 * gives what may stand there then. Recorded only where nobody has come since they were asked: who comes later is told.
 * One try; when somebody came, the next tells more.
 */
export const raiseSegmentVersion = async (
  client: Etcd3,
  keys: Keys,
  written: number,
  signal: AbortSignal,
): Promise<StoreAnswer<number>> => {
  const key = keys.segmentVersion;
  const readers = [keys.membersOf('collector'), keys.membersOf('gateway')];
  const requests = [
    { key: Buffer.from(key) },
    ...readers.map(({ start, end }) => ({ key: Buffer.from(start), range_end: Buffer.from(end) })),
  ];
  const read = await oneTry(signal, () => readTogether(client, requests, signal, once));
  if (read.kind === 'unknown') return read;
  const { replies, revision } = read.value;
  const [recorded, collectors, gateways] = replies.map(({ kvs }) => kvs.map(storedValue));
  const stored = recorded?.[0];
  const inUse = inUseOf(stored);
  const version = versionFor(inUse, written, [
    // Who cannot be understood is of another time: nothing is presumed of it.
    ...collectors!.map((one): SegmentReader => tryFromJson(CollectorAnnouncement, one) ?? {}),
    ...gateways!.map((one): SegmentReader => tryFromJson(GatewayAnnouncement, one) ?? {}),
  ]);
  if (version === inUse) return { kind: 'answered', value: inUse };
  const before: Compare = stored ? { kind: 'modified', key, revision: stored.modified } : { kind: 'absent', key };
  const raising = transact(client, {
    compares: [before, ...readers.map((range): Compare => ({ kind: 'none created after', range, revision }))],
    operations: [{ kind: 'put', key, value: toJson(SegmentVersionInUse, { version }) }],
  });
  const answer = await cancellable(raising, signal);
  switch (answer.kind) {
    case 'done':
      return { kind: 'answered', value: version };
    case 'refused':
      return { kind: 'answered', value: inUse };
    case 'unknown':
      return answer;
    case 'lease-gone':
      throw new Error(`${key} was not to be bound to a lease`);
  }
};
