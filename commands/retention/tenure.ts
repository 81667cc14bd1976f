import { instantOfMillis } from '../../domain/instant.js';
import { EtcdUpkeep } from './upkeep.js';
import { type FollowedLedger, followLedger } from './follow-ledger.js';
import { relieve } from './relieve.js';
import { allowedBytes, type RetentionOptions } from './retention-options.js';
import { type MaintenanceClaim, type Recorded, type RetentionPorts } from './retention-ports.js';
import { type StoreSpace } from './space.js';
import { deleteAll, isDue, type LogAllowance, recordHorizons, rulesOf } from './trim-log.js';

/** Milliseconds between two looks, when much is written and when little is. */
const soonMs = 250;
const usualMs = 1_000;
/** The share of the quota that is much between two looks. */
const much = 0.005;
/** A log at its allowance has about so many blocks. */
const blocksOfLog = 2_048;

/** The work of whoever holds the claim on maintenance. */
export class Tenure {
  readonly #upkeep: EtcdUpkeep;
  #followed: FollowedLedger | undefined;
  #usedBefore = 0;

  constructor(
    private readonly ports: RetentionPorts,
    private readonly options: RetentionOptions,
    private readonly claim: MaintenanceClaim,
  ) {
    this.#upkeep = new EtcdUpkeep(ports);
  }

  /** Until the claim is lost or the signal aborts. Throws when history was rolled back. */
  async run(signal: AbortSignal): Promise<void> {
    const over = AbortSignal.any([signal, this.claim.lost]);
    try {
      while (!over.aborted) {
        const waitMs = await this.#look(over);
        const paused = this.ports.pause(waitMs, over);
        await (this.#followed === undefined ? paused : Promise.race([paused, this.#followed.failed]));
      }
    } catch (error) {
      if (!over.aborted) throw error;
    } finally {
      await this.#followed?.end();
    }
  }

  /** One look at everything; answers how long to wait for the next. */
  async #look(signal: AbortSignal): Promise<number> {
    const { watch, notice } = this.ports;
    const space = await watch.space(signal);
    if (space.kind === 'unknown') return usualMs;
    await this.#trimLog(space.value, signal);
    await this.#upkeep.step(space.value, signal);
    const relief = await relieve(this.ports, signal);
    if (relief.kind === 'full') notice(relief.message);
    const { usedBytes, quotaBytes } = space.value;
    const written = Math.abs(usedBytes - this.#usedBefore);
    this.#usedBefore = usedBytes;
    return written > much * quotaBytes ? soonMs : usualMs;
  }

  async #trimLog(space: StoreSpace, signal: AbortSignal): Promise<void> {
    const { trims } = this.ports;
    const allowance = this.#allowance(space);
    const recorded = await trims.horizons(signal);
    if (recorded.kind === 'unknown') return;
    const before = recorded.value;
    const ledger = await this.#ledger(before, allowance, signal);
    if (ledger === undefined) return;
    if (isDue(ledger, allowance, space) && (await deleteAll(trims, before.horizons, signal))) {
      ledger.drop(before.horizons);
    }
    const done = await recordHorizons(trims, ledger, before, rulesOf(allowance), this.claim.revision, signal);
    if (done.kind === 'unknown' || done.value === undefined || before.horizons.size > 0) return;
    this.ports.notice(firstTrim(allowance));
  }

  /** Of the log as it is; undefined while it is being read. */
  async #ledger({ horizons }: Recorded, { bytes }: LogAllowance, signal: AbortSignal) {
    if (this.#followed?.ledger?.fits(horizons) === false) {
      await this.#followed.end();
      this.#followed = undefined;
    }
    this.#followed ??= followLedger(this.ports, Math.max(1, Math.floor(bytes / blocksOfLog)), horizons, signal);
    return this.#followed.ledger;
  }

  #allowance({ quotaBytes }: StoreSpace): LogAllowance {
    const { log, logAgeMs } = this.options;
    const before = logAgeMs === undefined ? undefined : instantOfMillis(this.ports.now() - logAgeMs);
    return { bytes: allowedBytes(log, quotaBytes), appendedBefore: before };
  }
}

const firstTrim = ({ bytes }: LogAllowance): string =>
  `The log has reached what it may use of etcd (${String(Math.round(bytes / 2 ** 20))} MiB): from now on its oldest ` +
  'segments are deleted once every projection has folded them. No archive keeps them: projections can then be rebuilt ' +
  'only from what is still there. --retention gives the log more room, `telemetry log archive` keeps its segments.';
