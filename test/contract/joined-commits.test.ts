import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { type FoldCheckpoint, projectionNames } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { type DocumentChange, type ModelPart, type ModelStore } from '../../domain/read-model.js';
import { type Revision } from '../../domain/revision.js';
import { createClient } from '../../infra/etcd/client.js';
import { joinedTransactions } from '../../infra/etcd/joined-transactions.js';
import { Keys } from '../../infra/etcd/keys.js';
import { modelStore } from '../../infra/etcd/model-store.js';
import { lineTo, type TransactionLine } from '../../infra/etcd/line/transaction-line.js';
import { checkTransaction, transact } from '../../infra/etcd/transaction.js';
import { type Transactor, transactor } from '../../infra/etcd/transactor.js';
import { sendCommit } from '../../projections/runner/send-commit.js';
import { splitCommit } from '../../projections/runner/split-commit.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { full } from '../support/full-counts.js';
import { never } from '../support/never.js';
import { seededRandom } from '../support/seeded-random.js';

const seeds = full ? 20 : 2;
const events = 60;
const parts = projectionNames.flatMap((projection) =>
  [0, 1].map((partition): ModelPart => ({ projection, generation: 1, partition: partition as Partition })),
);

/** How many events changed a document, and which was the last: those up to it are not counted again. */
type Documents = Map<string, { readonly count: number; readonly last: number }>;

/** Most events change few documents; some change more than one transaction of a commit takes. */
const changedBy = (event: number): readonly string[] =>
  Array.from({ length: event % 9 === 0 ? 130 : 3 }, (_, n) => String((event * 7 + n) % 140));

const foldInto = (documents: Documents, event: number): void => {
  for (const name of changedBy(event)) {
    const { count, last } = documents.get(name) ?? { count: 0, last: 0 };
    if (event > last) documents.set(name, { count: count + 1, last: event });
  }
};

const foldOfAll = (): Documents => {
  const documents: Documents = new Map();
  for (let event = 1; event <= events; event++) foldInto(documents, event);
  return documents;
};

const sorted = (documents: Documents) => [...documents].sort(([a], [b]) => Number(a) - Number(b));

describe('commits of many parts, joined', () => {
  const etcd = etcdForSuite();
  let [client, line]: [Etcd3?, TransactionLine?] = [];
  let keys: Keys;
  let records: Map<string, Revision>;
  afterEach(() => {
    line?.close();
    client?.close();
  });

  const put = async (key: string): Promise<Revision> => {
    const operation = { kind: 'put', key, value: Buffer.from('it') } as const;
    const answer = await transact(client!, { compares: [], operations: [operation] });
    assert(answer.kind === 'done');
    return answer.revision;
  };
  const claim = async (part: ModelPart): Promise<Revision> => {
    const key = keys.claim(part);
    await transact(client!, { compares: [], operations: [{ kind: 'delete', key }] });
    return put(key);
  };
  const touchRecord = async ({ projection, generation }: ModelPart): Promise<void> =>
    void records.set(projection, await put(keys.generation(projection, generation)));

  const loaded = async (store: ModelStore, part: ModelPart) => {
    const { documents, checkpoint } = await store.load(part, true, never);
    return {
      documents: new Map(
        documents.map(({ path, value }) => [path[0]!, JSON.parse(Buffer.from(value).toString('utf8'))]),
      ) as Documents,
      checkpoint: checkpoint?.value ?? { next: 1n as Revision, segments: 0, events: 0 },
      version: checkpoint?.version ?? 0n,
    };
  };

  /** A way to etcd on which answers are lost, and transactions too, or they arrive behind others that were sent later. */
  const unsure = (send: Transactor, random: () => number): Transactor => {
    const unknown = { kind: 'unknown', failure: { kind: 'slow', message: 'no answer' } } as const;
    const late: (() => Promise<unknown>)[] = [];
    return async (transaction) => {
      // What cannot be sent is told at once, as ever: a commit that was left, beside one of the part's next owner.
      checkTransaction(transaction);
      const fate = random();
      if (fate < 0.06) return unknown;
      if (fate < 0.12) {
        late.push(() => send(transaction));
        return unknown;
      }
      const answer = await send(transaction);
      if (random() < 0.3) for (const one of late.splice(0)) await one();
      return fate < 0.18 ? unknown : answer;
    };
  };

  /** Folds a part to its end. Now and then it is claimed anew, or built anew, while a commit is under way. */
  const foldPart = async (store: ModelStore, part: ModelPart, random: () => number): Promise<void> => {
    const left: Promise<unknown>[] = [];
    for (let isDone = false; !isDone;) {
      const [ownClaim, record] = [await claim(part), records.get(part.projection)!];
      let { documents, checkpoint, version } = await loaded(store, part);
      const commit = (next: FoldCheckpoint, changes: readonly DocumentChange[]) => {
        const fence = { claim: ownClaim, record, checkpointVersion: version };
        return sendCommit(store, splitCommit(part, fence, changes, next), never, () => undefined);
      };
      for (;;) {
        isDone = checkpoint.events === events;
        if (isDone) break;
        const upTo = Math.min(events, checkpoint.events + 1 + Math.floor(random() * 3));
        const changed = new Set<string>();
        documents = new Map(documents);
        for (let event = checkpoint.events + 1; event <= upTo; event++) {
          foldInto(documents, event);
          for (const name of changedBy(event)) changed.add(name);
        }
        const changes = [...changed].map((name) => ({
          path: [name],
          value: Buffer.from(JSON.stringify(documents.get(name))),
        }));
        const next = { next: BigInt(upTo + 1) as Revision, segments: upTo, events: upTo };
        const sending = commit(next, changes);
        if (random() < 0.05) {
          left.push(sending);
          break;
        }
        if (random() < 0.02) await touchRecord(part);
        if ((await sending).kind === 'fenced') break;
        [checkpoint, version] = [next, version + 1n];
      }
    }
    await Promise.all(left);
  };

  for (const way of ['the client', 'the line']) {
    it(`P2: by ${way}, are each folded once where answers are lost, come late, and owners change`, async () => {
      for (let seed = 1; seed <= seeds; seed++) {
        line?.close();
        client?.close();
        client = createClient({ endpoints: etcd().endpoints });
        line = way === 'the line' ? lineTo({ endpoints: etcd().endpoints }) : undefined;
        [keys, records] = [new Keys(freshPrefix()), new Map<string, Revision>()];
        for (const part of parts) await touchRecord(part);
        const random = seededRandom(seed);
        let joined = 0;
        const send = unsure(transactor(client, line), random);
        const store = modelStore(
          client,
          keys,
          joinedTransactions((transaction) => {
            if (transaction.compares.length > 3) joined++;
            return send(transaction);
          }),
        );
        await Promise.all(parts.map((part) => foldPart(store, part, random)));
        assert.ok(joined > events, `${String(joined)} were joined`);
        const whole = modelStore(client, keys);
        for (const part of parts) {
          const { documents, checkpoint } = await loaded(whole, part);
          assert.deepEqual(sorted(documents), sorted(foldOfAll()), `seed ${String(seed)}`);
          assert.equal(checkpoint.events, events);
        }
      }
    }).timeout(120_000);
  }
});
