import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type FoldCheckpoint } from '../../../domain/generation.js';
import { type Partition } from '../../../domain/ids.js';
import { type CommitAnswer, type CommitStep, type DocumentChange } from '../../../domain/read-model.js';
import { type Revision } from '../../../domain/revision.js';
import { settleCommit } from '../../../projections/runner/settle-commit.js';
import { splitCommit } from '../../../projections/runner/split-commit.js';
import { full } from '../../support/full-counts.js';

/*
 * Owners of one part, as the runner lets them commit, against a store that loses answers, applies late, and takes claims
 * away at any moment, also for a rival who then commits on his own while the first believes to be the owner.
 */

const part = { projection: 'gpu', generation: 1, partition: 0 as Partition } as const;
const record = 3n as Revision;
const segments = 8;
/** More than fit one transaction, so that commits have several steps. */
const keys = 200;

/** How often a document was changed, and by which segment last: what makes a repeated segment change nothing. */
interface Count {
  readonly revision: number;
  readonly count: number;
}
const touches = (segment: number, key: number) => (key * 7 + segment) % 3 !== 0;
const toValue = ({ revision, count }: Count) => Uint8Array.of(revision, count);
const fromValue = (value: Uint8Array): Count => ({ revision: value[0]!, count: value[1]! });

type Fence = 'claim' | 'version';

class Store {
  claim: Revision | undefined;
  checkpoint: { readonly value: FoldCheckpoint; readonly version: bigint } | undefined;
  readonly documents = new Map<string, Uint8Array>();
  private revision = 100n;

  constructor(private readonly fences: ReadonlySet<Fence>) {}

  takeClaim(): Revision {
    this.claim = ++this.revision as Revision;
    return this.claim;
  }

  apply({ fence, changes, checkpoint }: CommitStep): CommitAnswer {
    const stolen = this.fences.has('claim') && this.claim !== fence.claim;
    const moved = this.fences.has('version') && (this.checkpoint?.version ?? 0n) !== fence.checkpointVersion;
    if (stolen || moved) {
      return { kind: 'refused', found: { claim: this.claim, record, checkpoint: this.checkpoint?.value } };
    }
    for (const { path, value } of changes) this.documents.set(path.join('/'), value!);
    if (checkpoint) this.checkpoint = { value: checkpoint, version: (this.checkpoint?.version ?? 0n) + 1n };
    return { kind: 'committed' };
  }
}

/** A random number below `below`, from the run's seed. */
type Draw = (below: number) => number;

class Simulation {
  readonly store: Store;
  private readonly late: CommitStep[] = [];
  private depth = 0;

  constructor(
    fences: ReadonlySet<Fence>,
    private readonly draw: Draw,
  ) {
    this.store = new Store(fences);
  }

  /** Owners come and crash until one has folded everything; what is still on its way then arrives. */
  run(): void {
    for (let life = 0; life < 40 && (this.store.checkpoint?.value.next ?? 0) <= segments; life++) this.own(life < 30);
    while (this.late.length > 0) this.arrive();
  }

  /** One life of an owner: claim, load, fold, commit; ends by a crash, a fence, or at the log's end. */
  private own(mayCrash: boolean): void {
    const claim = this.store.takeClaim();
    let { value: checkpoint, version } = this.store.checkpoint ?? {
      value: { next: 0n as Revision, segments: 0, events: 0 },
      version: 0n,
    };
    const documents = new Map([...this.store.documents].map(([key, value]) => [key, fromValue(value)]));
    while (checkpoint.next <= segments) {
      const from = Math.max(1, Number(checkpoint.next));
      const to = Math.min(segments, from + this.draw(3));
      const changed = fold(documents, from, to);
      const after = {
        next: BigInt(to + 1) as Revision,
        segments: checkpoint.segments + to - from + 1,
        events: checkpoint.events + to - from + 1,
      };
      const fence = { claim, record, checkpointVersion: version };
      for (const step of splitCommit(part, fence, changed, after)) {
        if (mayCrash && this.draw(12) === 0) return;
        if (!this.send(step)) return;
      }
      [checkpoint, version] = [after, version + 1n];
    }
  }

  /** Sends a step until it is settled; false when fenced. */
  private send(step: CommitStep): boolean {
    for (;;) {
      const settled = settleCommit(step, this.deliver(step));
      if (settled.kind !== 'repeat') return settled.kind === 'applied';
    }
  }

  private deliver(step: CommitStep): CommitAnswer {
    if (this.late.length > 0 && this.draw(4) === 0) this.arrive();
    if (this.depth === 0 && this.draw(10) === 0) this.rival();
    const unknown = { kind: 'unknown', reason: 'no answer' } as const;
    switch (this.draw(5)) {
      case 0:
        this.store.apply(step);
        return unknown;
      case 1:
        this.late.push(step);
        return unknown;
      case 2:
        return unknown;
      default:
        return this.store.apply(step);
    }
  }

  /** The lease of whoever owns the part runs out, and another works for a while. */
  private rival(): void {
    this.depth++;
    this.own(true);
    this.depth--;
  }

  private arrive(): void {
    const [step] = this.late.splice(this.draw(this.late.length), 1);
    this.store.apply(step!);
  }
}

const fold = (documents: Map<string, Count>, from: number, to: number): readonly DocumentChange[] => {
  const changed = new Set<string>();
  for (let segment = from; segment <= to; segment++) {
    for (let key = 0; key < keys; key++) {
      const before = documents.get(String(key)) ?? { revision: 0, count: 0 };
      if (!touches(segment, key) || segment <= before.revision) continue;
      documents.set(String(key), { revision: segment, count: before.count + 1 });
      changed.add(String(key));
    }
  }
  return [...changed].map((key) => ({ path: [key], value: toValue(documents.get(key)!) }));
};

const expected = (): ReadonlyMap<string, Count> => {
  const documents = new Map<string, Count>();
  fold(documents, 1, segments);
  return documents;
};

/** True when the store ends as a single undisturbed owner would have left it. */
const endsRight = (seed: number, fences: readonly Fence[]): boolean => {
  let state = seed >>> 0;
  const draw = (below: number) => {
    // mulberry32 (Ettinger): small, and the same everywhere.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  const simulation = new Simulation(new Set(fences), draw);
  simulation.run();
  const found = new Map([...simulation.store.documents].map(([key, value]) => [key, fromValue(value)]));
  const { next, segments: folded, events } = simulation.store.checkpoint!.value;
  try {
    assert.deepEqual([next, folded, events], [BigInt(segments + 1), segments, segments]);
    assert.deepEqual(new Map([...found].sort()), new Map([...expected()].sort()));
    return true;
  } catch {
    return false;
  }
};

describe('commits under every interleaving', () => {
  const runs = full ? 10_000 : 500;

  it('P1: lost answers, late applies, crashes and rivals lose nothing and double nothing', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => endsRight(seed, ['claim', 'version'])),
      { numRuns: runs },
    );
  });

  for (const without of ['claim', 'version'] as const) {
    it(`P1: without the compare of the ${without} the same interleavings go wrong`, () => {
      const fences = (['claim', 'version'] as const).filter((fence) => fence !== without);
      const wrong = Array.from({ length: 200 }, (_, seed) => endsRight(seed, fences)).filter((right) => !right).length;
      assert.ok(wrong > 0, 'the simulation must be able to tell');
    });
  }
});
