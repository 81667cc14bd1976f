import { percent } from '../../domain/quantities.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type StoreSpace } from '../../domain/store-space.js';
import { defragment } from './defragment.js';
import { type RetentionPorts, type Upkeep } from './retention-ports.js';
import { decideDefragmentationOfFull, mayDisarm } from './space.js';
import { deleteAll } from './trim-log.js';

/** What came of trying to free a full etcd. */
export type Relief =
  | { readonly kind: 'not-full' }
  | { readonly kind: 'relieved' }
  /** It is still full; the message says what to do. */
  | { readonly kind: 'full'; readonly message: string }
  | { readonly kind: 'unknown' };

type ReliefPorts = Pick<RetentionPorts, 'log' | 'trims' | 'watch' | 'upkeep' | 'notice' | 'clock'>;

/** The relief of a full etcd by one process. */
export class Reliever {
  #defragmentedAt = -Infinity;
  /** Up to where history had been compacted then. */
  #defragmentedThrough: Revision = beginning;

  constructor(private readonly ports: ReliefPorts) {}

  /**
   * Frees an etcd that takes no put any more, as far as that can be done without one: trims up to the recorded horizons,
   * compacts, gives free pages back and takes the alarm back. Needs no claim and no lease, which a full etcd refuses.
   */
  async relieve(signal: AbortSignal): Promise<Relief> {
    const { log, trims, watch, upkeep } = this.ports;
    const alarms = await watch.alarms(signal);
    if (alarms.kind === 'unknown') return { kind: 'unknown' };
    if (alarms.value.length === 0) return { kind: 'not-full' };
    const recorded = await trims.horizons(signal);
    if (recorded.kind === 'answered') await deleteAll(trims, recorded.value.horizons, signal);
    if (upkeep === undefined) return { kind: 'full', message: byHand };
    // Through the head itself, though `EtcdUpkeep` keeps off it: what was deleted last, by a stranger too, is freed only
    // by that, and nothing can be written behind it now.
    const head = await log.head(signal);
    const done = await upkeep.compact(head, signal);
    // A compaction without an answer may not have been done.
    await this.#defragment(upkeep, done.kind === 'answered' ? head : this.#defragmentedThrough, signal);
    const after = await watch.space(signal);
    if (after.kind === 'unknown') return { kind: 'unknown' };
    if (!mayDisarm(after.value)) return { kind: 'full', message: stillFull(after.value) };
    const disarmed = await upkeep.disarm(alarms.value, signal);
    return disarmed.kind === 'answered' ? { kind: 'relieved' } : { kind: 'unknown' };
  }

  async #defragment(upkeep: Upkeep, compacted: Revision, signal: AbortSignal): Promise<void> {
    const { watch, clock } = this.ports;
    const space = await watch.space(signal);
    if (space.kind === 'unknown') return;
    const lastMs = clock() - this.#defragmentedAt;
    if (!decideDefragmentationOfFull(space.value, lastMs, compacted > this.#defragmentedThrough)) return;
    const done = await defragment(upkeep, this.ports, signal);
    this.#defragmentedAt = clock();
    if (done) this.#defragmentedThrough = compacted;
  }
}

const stillFull = ({ usedBytes, quotaBytes }: StoreSpace): string =>
  `etcd is full: ${percent(usedBytes, quotaBytes)} of its quota is in use. Delete keys of other programs from it, ` +
  'or raise the quota (--etcd-quota); everything then goes on by itself.';

const byHand =
  'etcd is full, and this system may not maintain it: compact it, defragment each member (etcdctl defrag) and take the ' +
  'alarm back (etcdctl alarm disarm), or start collectors with --etcd-maintenance.';
