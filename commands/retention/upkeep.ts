import { beginning, previous, type Revision } from '../../domain/revision.js';
import { type StoreSpace } from '../../domain/store-space.js';
import { defragment } from './defragment.js';
import { type RetentionPorts } from './retention-ports.js';
import { type CompactionCourse, decideCompaction, decideDefragmentation } from './space.js';

const headsKept = 64;

/** Compacts and defragments as bytes are written, where that is allowed (promise P8). */
export class EtcdUpkeep {
  #course: CompactionCourse;
  #defragmentedAt = -Infinity;

  constructor(private readonly ports: Pick<RetentionPorts, 'log' | 'watch' | 'upkeep' | 'notice' | 'clock'>) {
    // Nothing is known of what is old: the first look compacts.
    this.#course = { usedAfter: 0, compactedAt: -Infinity, compacted: beginning, heads: [] };
  }

  /** One look. */
  async step(space: StoreSpace, signal: AbortSignal): Promise<void> {
    const { log, upkeep, clock } = this.ports;
    if (upkeep === undefined) return;
    // Not the newest itself: an etcd before 3.4.33 or 3.5.14 that is killed while it compacts a deletion at its head comes
    // back at an earlier revision (etcd issue 17780).
    const head = previous(await log.head(signal));
    const heads = [...this.#course.heads, { at: clock(), head }].slice(-headsKept);
    this.#course = { ...this.#course, heads, usedAfter: Math.min(this.#course.usedAfter, space.usedBytes) };
    const through = decideCompaction(space, this.#course, clock());
    if (through !== undefined) await this.#compact(through, signal);
    if (!decideDefragmentation(space, clock() - this.#defragmentedAt)) return;
    this.#defragmentedAt = clock();
    await defragment(upkeep, this.ports, signal);
  }

  async #compact(through: Revision, signal: AbortSignal): Promise<void> {
    const { watch, upkeep, clock } = this.ports;
    const done = await upkeep!.compact(through, signal);
    const space = await watch.space(signal);
    if (done.kind === 'unknown' || space.kind === 'unknown') return;
    const usedAfter = space.value.usedBytes;
    const heads = this.#course.heads.filter(({ head }) => head > through);
    this.#course = { usedAfter, compactedAt: clock(), compacted: through, heads };
  }
}
