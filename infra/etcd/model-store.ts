import { type Etcd3 } from 'etcd3';
import { FoldCheckpoint } from '../../domain/generation.js';
import {
  type CommitAnswer,
  type CommitStep,
  type LoadedPart,
  type ModelPart,
  type ModelStore,
  type StoredDocument,
} from '../../domain/read-model.js';
import { type Revision } from '../../domain/revision.js';
import { cancellable } from './cancellable.js';
import { joinedTransactions } from './joined-transactions.js';
import { type Keys } from './keys.js';
import { documentPages, getOne, listRange } from './range.js';
import { fromJson, toJson } from './stored-json.js';
import { type Compare, type Transaction } from './transaction.js';
import { type Transactor, transactor } from './transactor.js';

const patienceMs = 5_000;

/**
 * Read models in etcd: documents below `models/…`, written under the fence of promise P1.
 *
 * @param send what commits go by
 */
export const modelStore = (
  client: Etcd3,
  keys: Keys,
  send: Transactor = joinedTransactions(transactor(client, undefined)),
): ModelStore => ({
  load: (part, documents, signal, at) => load(client, keys, part, documents, signal, at),
  paths: (part, signal) => paths(client, keys, part, signal),
  commit: (step, signal) => commit(send, keys, step, signal),
});

const load = async (
  client: Etcd3,
  keys: Keys,
  part: ModelPart,
  documents: boolean,
  signal: AbortSignal,
  at: Revision | undefined,
): Promise<LoadedPart> => {
  for (;;) {
    const { stored, revision } = await getOne(client, keys.checkpoint(part), signal, { at, patienceMs });
    const loaded = documents ? await documentsAt(client, keys, part, signal, at ?? revision) : [];
    if (loaded === undefined && at !== undefined) throw new Error(`revision ${String(at)} has been compacted`);
    // Compacted under the listing: one that goes on at a later revision ends, however often that happens.
    const found = loaded ?? (await documentsWhile(client, keys, part, signal, stored?.version));
    if (found === undefined) continue;
    const checkpoint = stored && { value: fromJson(FoldCheckpoint, stored), version: stored.version };
    return { checkpoint, documents: found, revision: at ?? revision };
  }
};

/** The documents as they are while the checkpoint stands; undefined when it was moved under the listing. */
const documentsWhile = async (
  client: Etcd3,
  keys: Keys,
  part: ModelPart,
  signal: AbortSignal,
  version: bigint | undefined,
): Promise<readonly StoredDocument[] | undefined> => {
  const documents = await documentsAt(client, keys, part, signal, undefined);
  const { stored } = await getOne(client, keys.checkpoint(part), signal, { patienceMs });
  return stored?.version === version ? documents : undefined;
};

/** Undefined when the revision has been compacted; without one the pages may be of several. */
const documentsAt = async (
  client: Etcd3,
  keys: Keys,
  part: ModelPart,
  signal: AbortSignal,
  at: Revision | undefined,
): Promise<readonly StoredDocument[] | undefined> => {
  const documents: StoredDocument[] = [];
  const pages = { ...documentPages, ...(at === undefined ? { anyRevision: true } : { at }), patienceMs };
  for await (const page of listRange(client, keys.documentsOf(part), signal, pages)) {
    if (page.kind === 'compacted') return undefined;
    for (const { key, value } of page.values) {
      const path = keys.parseModel(key)?.path;
      if (path !== undefined) documents.push({ path, value });
    }
  }
  return documents;
};

const paths = async (
  client: Etcd3,
  keys: Keys,
  part: ModelPart,
  signal: AbortSignal,
): Promise<readonly (readonly string[])[]> => {
  const found: (readonly string[])[] = [];
  const pages = { ...documentPages, keysOnly: true, anyRevision: true, patienceMs };
  for await (const page of listRange(client, keys.documentsOf(part), signal, pages)) {
    if (page.kind === 'compacted') continue;
    for (const { key } of page.values) found.push(keys.parseModel(key)?.path ?? []);
  }
  return found;
};

const transactionOf = (keys: Keys, { part, fence, changes, checkpoint }: CommitStep): Transaction => {
  const [claim, record, cursor] = [
    keys.claim(part),
    keys.generation(part.projection, part.generation),
    keys.checkpoint(part),
  ];
  const writes = changes.map(({ path, value }) => {
    const key = keys.document(part, path);
    return value === undefined ? ({ kind: 'delete', key } as const) : ({ kind: 'put', key, value } as const);
  });
  const { folded } = fence;
  const segment = folded && keys.segment({ ...folded, partition: part.partition });
  const stands: readonly Compare[] = segment ? [{ kind: 'created', key: segment, revision: folded.revision }] : [];
  return {
    compares: [
      { kind: 'created', key: claim, revision: fence.claim },
      { kind: 'modified', key: record, revision: fence.record },
      { kind: 'version', key: cursor, version: fence.checkpointVersion },
      ...stands,
    ],
    operations: checkpoint
      ? [...writes, { kind: 'put', key: cursor, value: toJson(FoldCheckpoint, checkpoint) }]
      : writes,
    elseGet: [claim, record, cursor, ...(segment ? [segment] : [])],
  };
};

const commit = async (send: Transactor, keys: Keys, step: CommitStep, signal: AbortSignal): Promise<CommitAnswer> => {
  const answer = await cancellable(send(transactionOf(keys, step)), signal);
  if (answer.kind === 'done') return { kind: 'committed' };
  if (answer.kind === 'unknown') return { kind: 'unknown', reason: answer.failure.message };
  if (answer.kind === 'lease-gone') throw new Error('a commit names no lease, and etcd says that it is gone');
  const [claim, record, cursor, segment] = answer.found;
  return {
    kind: 'refused',
    found: {
      claim: claim?.created,
      record: record?.modified,
      checkpoint: cursor && fromJson(FoldCheckpoint, cursor),
      folded: segment?.created,
    },
  };
};
