import { type ProjectionName } from '../../domain/generation.js';
import { type Instant, instantOfMillis } from '../../domain/instant.js';
import { linkedTo } from '../../domain/linked-signal.js';
import { type StoreSpace } from '../../domain/store-space.js';
import { type TrimHorizons } from '../../domain/trim-horizon.js';
import { keptBehind } from './decide-trim.js';
import { EtcdUpkeep } from './upkeep.js';
import { sumOf } from './log-block.js';
import { type LogLedger } from './log-ledger.js';
import { type HeldModel } from './model-ports.js';
import { ModelTrimmer } from './trim-models.js';
import { type FollowedLedger, followLedger } from './follow-ledger.js';
import { type Reliever } from './relieve.js';
import { allowedBytes, type RetentionOptions } from './retention-options.js';
import { type HeldLog, type MaintenanceClaim, type Recorded, type RetentionPorts } from './retention-ports.js';
import { deleteAll, isDue, type LogAllowance, recordHorizons, rulesOf } from './trim-log.js';

/** Milliseconds between two looks, when much is written and when little is. */
const soonMs = 250;
const usualMs = 1_000;
const reportEveryMs = 5_000;
/** The share of the quota that is much between two looks. */
const much = 0.005;
/** A log at its allowance has about so many blocks. */
const blocksOfLog = 2_048;

/** The work of whoever holds the claim on maintenance. */
export class Tenure {
  readonly #upkeep: EtcdUpkeep;
  readonly #models: ModelTrimmer;
  #followed: FollowedLedger | undefined;
  #usedBefore = 0;
  #reportedAt = -Infinity;
  /** As last decided. */
  #heldBack: HeldLog['heldBack'] = [];

  constructor(
    private readonly ports: RetentionPorts,
    private readonly options: RetentionOptions,
    private readonly claim: MaintenanceClaim,
    private readonly reliever: Reliever,
  ) {
    this.#upkeep = new EtcdUpkeep(ports);
    this.#models = new ModelTrimmer(ports.models);
  }

  /** Until the claim is lost or the signal aborts. Throws when history was rolled back. */
  async run(signal: AbortSignal): Promise<void> {
    const over = AbortSignal.any([signal, this.claim.lost]);
    const archiving = new AbortController();
    const archived = this.ports.archive?.run(AbortSignal.any([over, archiving.signal]));
    try {
      while (!over.aborted) {
        const waitMs = await this.#look(over);
        const pause = linkedTo(over, ...(this.#followed ? [this.#followed.failed] : []));
        await this.ports.pause(waitMs, pause.signal).catch(() => undefined);
        pause.end();
        this.#followed?.failed.throwIfAborted();
      }
    } catch (error) {
      if (!over.aborted) throw error;
    } finally {
      archiving.abort();
      await archived;
      await this.#models.end();
      await this.#followed?.end();
    }
  }

  /** One look at everything; answers how long to wait for the next. */
  async #look(signal: AbortSignal): Promise<number> {
    const { watch, notice } = this.ports;
    const space = await watch.space(signal);
    if (space.kind === 'unknown') return usualMs;
    // Before anything that a full etcd would refuse.
    const relief = await this.reliever.relieve(signal);
    if (relief.kind === 'full') notice(relief.message);
    const log = await this.#trimLog(space.value, signal);
    const models = await this.#trimModels(space.value, signal);
    await this.#upkeep.step(space.value, signal);
    await this.#report(log, models, signal);
    const { usedBytes, quotaBytes } = space.value;
    const written = Math.abs(usedBytes - this.#usedBefore);
    this.#usedBefore = usedBytes;
    return written > much * quotaBytes ? soonMs : usualMs;
  }

  async #trimLog(space: StoreSpace, signal: AbortSignal): Promise<HeldLog | undefined> {
    const { trims } = this.ports;
    const allowance = this.#allowance(space);
    const recorded = await trims.horizons(signal);
    if (recorded.kind === 'unknown') return undefined;
    const before = recorded.value;
    // What a holder before this one recorded and did not delete is in no ledger of this one.
    if (this.#followed === undefined && !(await deleteAll(trims, before.horizons, signal))) return undefined;
    const ledger = await this.#ledger(before, allowance, signal);
    if (ledger === undefined) return undefined;
    if (isDue(ledger, allowance, space) && (await deleteAll(trims, before.horizons, signal))) {
      ledger.drop(before.horizons);
    }
    const done = await recordHorizons(trims, ledger, before, rulesOf(allowance), this.claim.revision, signal);
    if (done.kind === 'answered' && done.value.kind === 'decided') {
      this.#heldBack = done.value.heldBack;
      if (done.value.isRecorded && before.horizons.size === 0)
        this.ports.notice(firstTrim(allowance, this.ports.archive !== undefined));
    }
    return heldLog(ledger, before.horizons, allowance, this.#heldBack);
  }

  async #trimModels({ quotaBytes }: StoreSpace, signal: AbortSignal): Promise<readonly HeldModel[]> {
    const { history, historyAgeMs, minutes } = this.options;
    const now = this.ports.now();
    const since = historyAgeMs === undefined ? undefined : instantOfMillis(now - historyAgeMs);
    const rulesOf = (projection: ProjectionName) => {
      return { bytes: allowedBytes(projection === 'history' ? history : minutes, quotaBytes), since };
    };
    return this.#models.step(rulesOf, instantOfMillis(now), this.claim.revision, signal);
  }

  async #report(log: HeldLog | undefined, models: readonly HeldModel[], signal: AbortSignal): Promise<void> {
    const now = this.ports.clock();
    if (log === undefined || now - this.#reportedAt < reportEveryMs) return;
    this.#reportedAt = now;
    await this.ports.report({ log, models }, signal);
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

const heldLog = (
  ledger: LogLedger,
  horizons: TrimHorizons,
  { bytes: allowed }: LogAllowance,
  heldBack: HeldLog['heldBack'],
): HeldLog => {
  const kept = keptBehind(ledger.lanes, horizons);
  const least = (a: Instant | undefined, b: Instant) => (a === undefined || b < a ? b : a);
  const most = (a: Instant | undefined, b: Instant) => (a === undefined || b > a ? b : a);
  return {
    bytes: sumOf(kept, ({ bytes }) => bytes),
    ...{ allowed, horizons, heldBack },
    oldest: kept.reduce<Instant | undefined>((at, { oldest }) => least(at, oldest), undefined),
    newest: kept.reduce<Instant | undefined>((at, { newest }) => most(at, newest), undefined),
  };
};

const firstTrim = ({ bytes }: LogAllowance, isArchived: boolean): string =>
  `The log has reached what it may use of etcd (${String(Math.round(bytes / 2 ** 20))} MiB): from now on its oldest ` +
  'segments are deleted once every projection has folded them. ' +
  (isArchived
    ? 'The archive keeps them, and projections can be rebuilt from it.'
    : 'No archive keeps them: projections can then be rebuilt only from what is still there. --log-retention gives the ' +
      'log more room, --archive keeps its segments.');
