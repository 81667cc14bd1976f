import { dropRetired, failBuild, type SwitchOutcome, switchTo } from '../../domain/end-build.js';
import { type Build } from '../../domain/generations-known.js';
import { type BuildCheckpoints, type PartitionHeads } from '../../domain/build-watch.js';
import { archiveNeeded, type GenerationRecord } from '../../domain/generation.js';
import { type Decided, type GenerationsView, type KnownGeneration } from '../../domain/generation-registry.js';
import { type Partition } from '../../domain/ids.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type TrimHorizons } from '../../domain/trim-horizon.js';
import { behind, type CatchUp, nextStep } from './catch-up.js';
import { hasEndedRun } from './ended-runs.js';
import { changeOrPause } from './latest.js';
import { logFor } from './log-for.js';
import { mayDelete } from './may-delete.js';
import { shareOf } from './share.js';
import { type Views } from './stay.js';
import { type Surroundings } from './surroundings.js';

/** Milliseconds between looks while something is built or on its way out, and otherwise. */
const soonMs = 200;
const usualMs = 5_000;

const nameOf = ({ projection, generation }: Build): string => `${projection}/${String(generation)}`;

/** What is known of a build beside its record. */
interface Progress {
  catchUp: CatchUp;
  /** Partitions of history in which no run has ended up to the heads, by the checkpoint that this was found with. */
  readonly open: Map<Partition, Revision>;
}

/** Switches to builds that have caught up, ends broken ones, and deletes what nobody answers from any more. */
class BuildTender {
  readonly #progress = new Map<string, Progress>();
  /** When a retired generation was first seen, in milliseconds of a clock that only goes forward. */
  readonly #retired = new Map<string, number>();
  #swept: string | undefined;

  constructor(
    private readonly around: Surroundings,
    private readonly me: string,
    private readonly partitions: number,
    private readonly views: Views,
  ) {}

  /** True when there is something to look at again soon. */
  get busy(): boolean {
    const generations = this.views.generations.value?.generations ?? [];
    return generations.some(({ record }) => record.state === 'building' || record.state === 'retired');
  }

  async look(signal: AbortSignal): Promise<void> {
    const view = this.views.generations.value;
    if (view === undefined) return;
    for (const known of view.generations) {
      if (known.record.state === 'building') await this.#lookAtBuild(known, signal);
      if (known.record.state === 'retired') await this.#lookAtRetired(known.record, view, signal);
    }
    await this.#sweep(view, signal);
  }

  async #lookAtBuild(known: KnownGeneration, signal: AbortSignal): Promise<void> {
    const { registry, counters, notice } = this.around;
    const { record } = known;
    const broken = counters.stops.find(
      (stop) => stop.broken === true && stop.projection === record.projection && stop.generation === record.generation,
    );
    if (broken !== undefined) {
      const reason = `partition ${String(broken.partition)} at ${broken.key}: ${broken.reason}`;
      if (await registry.change((view) => failBuild(view, record, reason), signal))
        notice(`Generation ${String(record.generation)} of ${record.projection} has failed: ${reason}`);
    } else if (this.#isMine(known)) {
      const checkpoints = await this.#caughtUp(record, signal);
      if (checkpoints !== undefined) await this.#switch(record, checkpoints, signal);
    }
  }

  async #switch(record: GenerationRecord, checkpoints: BuildCheckpoints, signal: AbortSignal): Promise<void> {
    const { registry, notice } = this.around;
    let tried = false;
    const switching = (view: GenerationsView, horizons: TrimHorizons): Decided<SwitchOutcome> => {
      // Decided again, something has changed: it may be a checkpoint, and the next look reads them anew.
      if (tried) return { outcome: { kind: 'waits' } };
      tried = true;
      return switchTo(view, horizons, record, checkpoints);
    };
    const outcome = await registry.change(switching, signal);
    const generation = `generation ${String(record.generation)} of ${record.projection}`;
    if (outcome.kind === 'switched') notice(`Queries answer from ${generation} from now on.`);
    if (outcome.kind === 'cut') {
      const where = outcome.cuts.map(
        ({ partition, at }) => `partition ${String(partition)} before revision ${String(at)}`,
      );
      notice(`Runs of ${generation} are ended where the log begins, so that it needs no archive: ${where.join(', ')}.`);
    }
  }

  /** One looks after a build: the owner of its first partition. */
  #isMine(known: KnownGeneration): boolean {
    const group = this.views.group.value;
    if (group === undefined) return false;
    return shareOf(this.me, this.partitions, [known], group).some(({ partition }) => partition === 0);
  }

  /** Goes on with catching up; how far the build is when it has. */
  async #caughtUp(record: GenerationRecord, signal: AbortSignal): Promise<BuildCheckpoints | undefined> {
    const { builds } = this.around;
    const known = this.#progress.get(nameOf(record));
    const progress = known ?? { catchUp: { looks: 1, heads: await builds.heads(signal) }, open: new Map() };
    this.#progress.set(nameOf(record), progress);
    const checkpoints = await builds.checkpoints(record, signal);
    const reached = await this.#hasReached(record, progress, checkpoints.of, signal);
    const step = nextStep(progress.catchUp, reached);
    if (step !== 'look again') return step === 'switch' ? checkpoints : undefined;
    progress.catchUp = { looks: 2, heads: await builds.heads(signal) };
    progress.open.clear();
    return this.#caughtUp(record, signal);
  }

  async #hasReached(
    record: GenerationRecord,
    { catchUp: { heads }, open }: Progress,
    checkpoints: BuildCheckpoints['of'],
    signal: AbortSignal,
  ): Promise<boolean> {
    const waiting = behind(heads, checkpoints);
    if (!this.#foldsRuns(record)) return waiting.length === 0;
    for (const partition of waiting) {
      const next = checkpoints.get(partition)?.next ?? beginning;
      if (open.get(partition) === next) continue;
      if (await this.#isRunEnded(record, partition, next, heads, signal)) return false;
      open.set(partition, next);
    }
    return true;
  }

  #foldsRuns({ projection }: GenerationRecord): boolean {
    return this.around.projections.some(({ name, commits }) => name === projection && commits === 'ended runs');
  }

  #isRunEnded(
    record: GenerationRecord,
    partition: Partition,
    next: Revision,
    heads: PartitionHeads,
    signal: AbortSignal,
  ): Promise<boolean> {
    return hasEndedRun(
      logFor(this.around, archiveNeeded(record)),
      partition,
      next,
      heads.get(partition) ?? beginning,
      signal,
    );
  }

  async #lookAtRetired(record: GenerationRecord, view: GenerationsView, signal: AbortSignal): Promise<void> {
    const active = view.active.get(record.projection);
    const gateways = this.views.gateways.value;
    if (active === undefined || gateways === undefined) return;
    const seen = this.#retired.get(nameOf(record)) ?? performance.now();
    this.#retired.set(nameOf(record), seen);
    if (!mayDelete(record, active, gateways, performance.now() - seen)) return;
    await this.around.registry.change((now) => dropRetired(now, record), signal);
  }

  /** Whenever other generations are there than when it was done last. */
  async #sweep({ generations }: GenerationsView, signal: AbortSignal): Promise<void> {
    const kept = generations.filter(({ record }) => record.state !== 'failed').map(({ record }) => nameOf(record));
    if (this.#swept === kept.join()) return;
    await this.around.builds.sweep(signal);
    this.#swept = kept.join();
    for (const name of this.#progress.keys()) if (!kept.includes(name)) this.#progress.delete(name);
    for (const name of this.#retired.keys()) if (!kept.includes(name)) this.#retired.delete(name);
  }
}

/**
 * Looks after the generations that come and go, until the signal aborts. Every collector may do so at any time: each
 * change applies only while what it was decided on still holds. What etcd does not answer is tried again.
 */
export const tendBuilds = async (
  around: Surroundings,
  me: string,
  partitions: number,
  views: Views,
  signal: AbortSignal,
): Promise<void> => {
  const tender = new BuildTender(around, me, partitions, views);
  while (!signal.aborted) {
    await tender.look(signal).catch(() => undefined);
    await changeOrPause([views.generations, views.gateways], tender.busy ? soonMs : usualMs, signal);
  }
};
