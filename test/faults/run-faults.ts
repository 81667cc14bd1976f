import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkRebuilt } from './check-rebuilt.js';
import { checkImports, checkWorld, goOn, quiesce, recover, type Recovery } from './check-world.js';
import { catchAppend, catchHandover, changesHands } from './moments.js';
import { memoryProblems, type Peaks } from './memory-growth.js';
import { type Fault, type FaultKind, kindsFor, onConnections, onEtcdItself, planFaults } from './plan.js';
import { begin } from './strikes.js';
import { World, type WorldPlan } from './world.js';

export interface FaultsPlan extends WorldPlan {
  /** The run ends after so many faults, or when so many milliseconds are over, whichever is first. */
  readonly faults: number;
  readonly ms: number;
  /** However long they take, so many are done; none by default. */
  readonly fewest?: number;
  /** Everything is verified after each so many faults, and at the end. */
  readonly checkEvery: number;
  readonly kinds?: readonly FaultKind[];
  /** Milliseconds that each fault lasts at least, where it lasts. */
  readonly leastMs?: number;
  /** Where what the processes said is kept when not all went well. */
  readonly keepIn?: string;
  readonly say: (line: string) => void;
  /** Told of each fault as it begins and ends, with the clock's time. */
  readonly tell?: (line: string) => void;
  /** Ends the run after the fault at hand; it is verified all the same. */
  readonly signal?: AbortSignal;
}

/** What was done, and what came of it. */
export interface FaultsVerdict {
  /** How often each kind struck, of all that could. */
  readonly done: ReadonlyMap<FaultKind, number>;
  /** Milliseconds in all, by kind, until a thousand events more were acknowledged. */
  readonly tookMs: ReadonlyMap<FaultKind, number>;
  readonly faults: number;
  readonly duringAppend: number;
  readonly duringHandover: number;
  /** The fewest events that were acknowledged between a fault and the next. */
  readonly fewestBetween: number;
  readonly events: number;
  /** From the last fault before each check. */
  readonly recoveries: readonly Recovery[];
  /** Megabytes, by role and check. */
  readonly memory: readonly Peaks[];
  readonly resumed: number;
  /** Documents that were compared, byte for byte, with those of a build from the beginning. */
  readonly rebuilt: number;
  readonly problems: readonly string[];
}

const eventsBetween = 1_000;
/** Without that many events for so long, the system is stuck. */
const stuckMs = 90_000;
/** What strikes later than this after a look at who owns what may find it otherwise. */
const atOnceMs = 250;
/** After more of them there is nothing to be learnt from going on. */
const mostProblems = 20;

export const runFaults = async (plan: FaultsPlan): Promise<FaultsVerdict> => {
  const world = await World.start(plan);
  try {
    return await new Run(world, plan).toEnd();
  } finally {
    if (plan.keepIn !== undefined && world.problems.length > 0) {
      await cp(join(world.folder, 'data', 'logs'), plan.keepIn, { recursive: true });
      plan.say(`what the supervised processes said is kept in ${plan.keepIn}`);
    }
    await world.stop();
  }
};

class Run {
  readonly #kinds: readonly FaultKind[];
  readonly #done: Map<FaultKind, number>;
  readonly #tookMs = new Map<FaultKind, number>();
  readonly #running = new Set<Promise<void>>();
  readonly #recoveries: Recovery[] = [];
  readonly #memory: Peaks[] = [];
  /** For the moments that faults were to strike at. */
  #waitedMs = 0;
  /** What found nothing to strike when its turn came. */
  readonly #deferred: Fault[] = [];
  /** Problems that were told already. */
  #told = 0;
  #faults = 0;
  #checkAt: number;
  /** How many had been done when all was verified last. */
  #checkedFaults = 0;
  #duringAppend = 0;
  #duringHandover = 0;
  #fewestBetween = Infinity;
  #rebuilt = 0;
  /** When the fault that was over last was. */
  #overAt = performance.now();

  constructor(
    private readonly world: World,
    private readonly plan: FaultsPlan,
  ) {
    this.#kinds = plan.kinds ?? kindsFor(plan.members);
    this.#done = new Map(this.#kinds.map((kind) => [kind, 0]));
    this.#checkAt = plan.checkEvery;
  }

  async toEnd(): Promise<FaultsVerdict> {
    const { world, plan } = this;
    const looking = setInterval(() => void world.lookAtMemory().catch(() => undefined), 2_000);
    const deadline = Date.now() + plan.ms;
    try {
      await this.#progress(0);
      for (const planned of planFaults(plan.seed, this.#kinds)) {
        const fault = { ...planned, lastsMs: Math.max(planned.lastsMs, plan.leastMs ?? 0) };
        const isLate = Date.now() >= deadline && this.#faults >= (plan.fewest ?? 0);
        const enough = this.#faults >= plan.faults || isLate || plan.signal?.aborted === true;
        if (enough || world.problems.length > mostProblems) break;
        await this.#strike(fault);
        const deferred = this.#deferred.shift();
        if (deferred) await this.#strike(deferred);
        if (this.#faults >= this.#checkAt) await this.#checkpoint();
      }
      await this.#lastCheck();
    } catch (error) {
      world.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      clearInterval(looking);
    }
    return this.#verdict();
  }

  async #strike(fault: Fault): Promise<void> {
    const { world } = this;
    const asked = Date.now();
    while (onEtcdItself(fault.kind) && world.busy.has('etcd')) await pause(20);
    const caught = fault.moment === 'append' ? await catchAppend(world, fault) : undefined;
    if (fault.moment === 'handover') await catchHandover(world, fault);
    const [inHandover, before] = await Promise.all([
      changesHands(world).catch(() => false),
      world.observer.acknowledged(stuckMs),
    ]);
    this.#waitedMs += Date.now() - asked;
    const begun = begin(world, fault, caught);
    this.#watch(begun.over, fault);
    const begunAt = performance.now();
    const hasStruck = await begun.struck;
    const isAtOnce = performance.now() - begunAt < atOnceMs;
    // A fault of the connections does with the answer as it does with all that they hold.
    if (caught && !(hasStruck && onConnections(fault.kind))) {
      await pause(5);
      caught.wires.lose();
    }
    if (!hasStruck) return void this.#deferred.push(fault);
    this.#note(fault, caught !== undefined, inHandover && isAtOnce);
    const started = Date.now();
    // It may have taken its time to strike, and etcd may be what it struck.
    const from = await world.observer.acknowledged(0).catch(() => Math.max(before, world.observer.events));
    await this.#progress(from);
    this.#tookMs.set(fault.kind, (this.#tookMs.get(fault.kind) ?? 0) + Date.now() - started);
    this.#fewestBetween = Math.min(this.#fewestBetween, world.observer.events - from);
  }

  #watch(over: Promise<void>, { kind, lastsMs }: Fault): void {
    const tell = (what: string): void => this.plan.tell?.(`${new Date().toISOString()} ${kind} ${what}`);
    tell(`begins, for ${String(lastsMs)} ms where it lasts`);
    void over.then(
      () => tell('is over'),
      () => undefined,
    );
    void over.catch(() => undefined).then(() => (this.#overAt = performance.now()));
    const watched = over.then(
      () => undefined,
      (error: unknown) => this.world.complain(`${kind}: ${error instanceof Error ? error.stack : String(error)}`),
    );
    this.#running.add(watched);
    void watched.then(() => this.#running.delete(watched));
  }

  #note({ kind }: Fault, duringAppend: boolean, duringHandover: boolean): void {
    this.#faults += 1;
    this.#done.set(kind, (this.#done.get(kind) ?? 0) + 1);
    if (duringAppend) this.#duringAppend += 1;
    if (duringHandover) this.#duringHandover += 1;
    if (this.#faults % 25 === 0) {
      this.plan.say(
        `${String(this.#faults)} faults, ${String(this.world.observer.events)} events acknowledged, ${seconds(this.#waitedMs)} spent on waiting for the right moment`,
      );
    }
  }

  /** Waits until so many more events are acknowledged. */
  async #progress(before: number): Promise<void> {
    const started = Date.now();
    while (this.world.observer.events < before + eventsBetween) {
      if (Date.now() - started > stuckMs) {
        this.world.complain(`stuck: for ${String(stuckMs / 1_000)} s nothing, or hardly anything, was appended`);
        return;
      }
      await pause(20);
    }
  }

  async #checkpoint(): Promise<void> {
    const { world } = this;
    await Promise.all(this.#running);
    const recovery = await recover(world, this.#overAt);
    this.#recoveries.push(recovery);
    await quiesce(world);
    await checkWorld(world);
    this.#judgeMemory();
    for (const problem of world.problems.slice(this.#told)) this.plan.say(`PROBLEM: ${problem.slice(0, 1_000)}`);
    this.#told = world.problems.length;
    this.plan.say(
      `checked after ${String(this.#faults)} faults: after the last ${describeRecovery(recovery)}; ` +
        `${String(world.observer.events)} events, ${describeMemory(this.#memory.at(-1)!)}; ` +
        (world.problems.length === 0 ? 'all is well' : `${String(world.problems.length)} problems`),
    );
    await goOn(world);
    this.#checkedFaults = this.#faults;
    this.#checkAt = this.#faults + this.plan.checkEvery;
  }

  async #lastCheck(): Promise<void> {
    const { world } = this;
    await Promise.all(this.#running);
    world.imports.end();
    // Right after a check there is nothing to recover from.
    if (this.#faults > this.#checkedFaults) this.#recoveries.push(await recover(world, this.#overAt));
    for (const deadline = Date.now() + stuckMs; !world.imports.isOver && Date.now() < deadline;) await pause(100);
    if (!world.imports.isOver) world.complain('the last files were not imported to their end');
    await quiesce(world);
    await checkWorld(world);
    await checkImports(world);
    this.#rebuilt = await checkRebuilt(world);
    this.#judgeMemory();
  }

  /** Of the time since the last check. */
  #judgeMemory(): void {
    const { world } = this;
    this.#memory.push(new Map(world.peaks));
    world.peaks.clear();
    memoryProblems(this.#memory).forEach((problem) => world.complain(problem));
  }

  #verdict(): FaultsVerdict {
    const { world } = this;
    return {
      ...{ done: this.#done, tookMs: this.#tookMs, faults: this.#faults, fewestBetween: this.#fewestBetween },
      ...{ duringAppend: this.#duringAppend, duringHandover: this.#duringHandover },
      rebuilt: this.#rebuilt,
      ...{ events: world.observer.events, recoveries: this.#recoveries, memory: this.#memory },
      resumed: world.subscribers.reduce((sum, one) => sum + one.resumed, 0),
      problems: world.problems,
    };
  }
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Within so many milliseconds of the last fault all is to be as if there had been none. */
const recoveredMs = 15_000;

const describeRecovery = (recovery: Recovery): string => {
  const { folded, appended, shared, served, told } = recovery;
  const late = Object.values<number>({ ...recovery }).some((ms) => ms > recoveredMs);
  return (
    `all was folded in ${seconds(folded)}, appended on in ${seconds(appended)}, shared out in ${seconds(shared)}, ` +
    `served in ${seconds(served)}, told in ${seconds(told)}${late ? ', which is LATE' : ''}`
  );
};

export const describeMemory = (peaks: Peaks): string =>
  [...peaks].map(([role, megabytes]) => `${role} ${String(megabytes)} MB`).join(', ');

/** A verdict for people, line by line. */
export const describeVerdict = (verdict: FaultsVerdict): readonly string[] => [
  ...[...verdict.done].sort().map(([kind, count]) => {
    if (count === 0) return `    0  ${kind}`;
    const meanMs = (verdict.tookMs.get(kind) ?? 0) / count;
    return `${String(count).padStart(5)}  ${kind.padEnd(20)} 1,000 events later after ${seconds(meanMs)}`;
  }),
  `${String(verdict.faults)} faults; ${String(verdict.duringAppend)} between an append and its answer, ` +
    `${String(verdict.duringHandover)} while partitions changed hands; at least ` +
    `${String(verdict.fewestBetween)} events acknowledged from one to the next, ${String(verdict.events)} in all`,
  ...verdict.recoveries.map((recovery) => `after the last fault ${describeRecovery(recovery)}`),
  `memory at most: ${verdict.memory.map(describeMemory).join(' | ')}`,
  `subscribers connected ${String(verdict.resumed)} times; ${String(verdict.rebuilt)} documents compared after a last reset of all`,
  ...verdict.problems.map((problem) => `PROBLEM: ${problem}`),
  verdict.problems.length === 0 ? 'Nothing was lost, nothing doubled, nothing stuck.' : 'This did not go well.',
];
