import { identify, type ProcessIdentity } from '../processes/process-identity.js';
import { type Role } from './announcement.js';
import { type ChildProgram } from './child-program.js';
import { type Copies } from './copies.js';
import { Crew, type CrewOptions } from './crew.js';
import { type ScaleAnswer } from './orders.js';
import { type Recruit, scaleCrew } from './scale-crew.js';
import { type SystemState, writeSystemState } from './system-state.js';
import { untilReady } from './until-ready.js';

export interface SupervisorOptions extends CrewOptions {
  readonly control: string;
  readonly etcd: SystemState['etcd'];
  readonly prefix: string;
}

/** The order in which roles are stopped: who writes first, who serves last, and etcd when nobody needs it any more. */
const stopOrder: readonly (readonly [role: Role, graceMs: number])[] = [
  ['streamer', 1_800],
  ['collector', 1_200],
  ['gateway', 800],
  ['etcd', 700],
];

/** Runs the processes of one data folder, keeps the state file, and stops everything in order. */
export class Supervisor {
  readonly #crew: Crew;
  #phase: SystemState['phase'] = 'starting';
  #writing: Promise<void> = Promise.resolve();
  #scaling: Promise<unknown> = Promise.resolve();
  #self: ProcessIdentity | undefined;

  constructor(private readonly options: SupervisorOptions) {
    this.#crew = new Crew(options);
    this.#crew.onChange(() => void this.#write());
  }

  /** Starts children without waiting for them. */
  start(programs: readonly ChildProgram[]): void {
    this.#crew.start(programs);
  }

  /** Waits until every child was ready or has ended its work; a sentence says why that will not be, see `untilReady`. */
  ready(withinMs: number, signal: AbortSignal): Promise<string | undefined> {
    return untilReady(this.#crew, withinMs, signal);
  }

  /** Starts or stops copies, see `scaleCrew`; one order after another. Refused before everything was ready once. */
  scale(recruit: Recruit, wanted: Copies, readyWithinMs: number, signal: AbortSignal): Promise<ScaleAnswer> {
    const scaled = this.#scaling.then(async (): Promise<ScaleAnswer> => {
      if (this.#phase !== 'ready') return { kind: 'refused', reason: `the system is ${this.#phase}` };
      const answer = await scaleCrew(this.#crew, recruit, wanted, readyWithinMs, signal);
      await this.#write();
      return answer;
    });
    this.#scaling = scaled.catch(() => undefined);
    return scaled;
  }

  /** Records how far the system as a whole is. */
  async enter(phase: SystemState['phase']): Promise<void> {
    this.#phase = phase;
    await this.#write();
  }

  /** Stops everything, within 5 s: the children of a role at once, the roles in order. */
  async stop(): Promise<void> {
    await this.enter('stopping');
    for (const [role, graceMs] of stopOrder) await this.#crew.stop(this.#namesOf(role), graceMs);
    await this.#write();
    await this.#writing;
    this.#crew.forget(this.#crew.records.map(({ name }) => name));
  }

  /** What runs, as it is written to the state file and answered to `status`. */
  async state(): Promise<SystemState> {
    this.#self ??= await identify(process.pid);
    const { control, etcd, prefix } = this.options;
    const processes = [...this.#crew.processes];
    return { version: 1, phase: this.#phase, supervisor: this.#self!, control, etcd, prefix, processes };
  }

  #namesOf(role: Role): readonly string[] {
    return this.#crew.records.filter((record) => record.role === role).map(({ name }) => name);
  }

  /** Writes follow each other, each with the state at its own time, so the last one written is the newest. */
  #write(): Promise<void> {
    this.#writing = this.#writing
      .then(async () => writeSystemState(this.options.dataDir, await this.state()))
      .catch((error: Error) => this.options.onNews(`The state file cannot be written: ${error.message}`));
    return this.#writing;
  }
}
