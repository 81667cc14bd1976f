import { type Etcd3 } from 'etcd3';
import { type LogEntry } from '../../domain/log-entry.js';
import { Quarantine } from '../../domain/quarantine.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { cancellable } from './cancellable.js';
import { followSet } from './follow-set.js';
import { keyAfter } from './key-path.js';
import { type Keys, type LogPlace } from './keys.js';
import { logEntry } from './lane-pages.js';
import { once, oneTry } from './one-try.js';
import { type Patience } from './persistently.js';
import { getOne, listRange } from './range.js';
import { fromJson, toJson } from './stored-json.js';
import { transact } from './transaction.js';

/** The segments that are passed by, by their keys. */
export const readQuarantines = async (
  client: Etcd3,
  keys: Keys,
  signal: AbortSignal,
  patience: Patience = {},
): Promise<ReadonlyMap<string, Quarantine>> => {
  for (;;) {
    const found = new Map<string, Quarantine>();
    let whole = true;
    for await (const page of listRange(client, keys.quarantined, signal, patience)) {
      if (page.kind === 'compacted') whole = false;
      else for (const stored of page.values) add(found, fromJson(Quarantine, stored));
    }
    if (whole) return found;
  }
};

const add = (found: Map<string, Quarantine>, quarantine: Quarantine): void =>
  void found.set(quarantine.key, quarantine);

/**
 * Writes a quarantine, in a transaction that compares it with absent and the segment with the one that was read. False
 * when one of them is no longer so: nothing was written, or this very one was before its answer was lost. One try.
 */
export const writeQuarantine = async (
  client: Etcd3,
  keys: Keys,
  quarantine: Quarantine,
  signal: AbortSignal,
): Promise<StoreAnswer<boolean>> => {
  const key = keys.quarantine(quarantine);
  const sent = transact(client, {
    compares: [
      { kind: 'absent', key },
      { kind: 'created', key: quarantine.key, revision: quarantine.revision },
    ],
    operations: [{ kind: 'put', key, value: toJson(Quarantine, quarantine) }],
  });
  const answer = await cancellable(sent, signal);
  return answer.kind === 'unknown' ? answer : { kind: 'answered', value: answer.kind === 'done' };
};

/** Resolves when the segment at this place is passed by, or when the signal aborts. */
export const awaitQuarantine = async (
  client: Etcd3,
  keys: Keys,
  place: LogPlace,
  signal: AbortSignal,
): Promise<void> => {
  const key = keys.quarantine(place);
  for await (const { values } of followSet(client, { start: key, end: keyAfter(key) }, signal)) {
    if (values.has(key)) return;
  }
};

/** What stands at the key of a segment; undefined for a key that is none, or where nothing stands. */
export const readSegment = (
  client: Etcd3,
  keys: Keys,
  key: string,
  signal: AbortSignal,
): Promise<StoreAnswer<LogEntry | undefined>> =>
  oneTry(signal, async () => {
    if (keys.parseSegment(key) === undefined) return undefined;
    const { stored } = await getOne(client, key, signal, once);
    return stored && logEntry(keys, stored);
  });
