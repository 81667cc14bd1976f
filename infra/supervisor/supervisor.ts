import { identify, type ProcessIdentity } from '../processes/process-identity.js';
import { type LogFile, openLogFile } from '../processes/log-file.js';
import { type Role } from './announcement.js';
import { type ChildProgram } from './child-program.js';
import { failureOf, newsOf } from './child-news.js';
import { type ChildEvent, type ChildRecord } from './child-record.js';
import { superviseChild, type SupervisedChild } from './supervise-child.js';
import { logFilePath, type ProcessState, type SystemState, writeSystemState } from './system-state.js';

export interface SupervisorOptions {
  readonly dataDir: string;
  readonly control: string;
  readonly etcd: SystemState['etcd'];
  readonly prefix: string;
  /** One line for people whenever a child crashes, ends or comes back. */
  readonly onNews: (line: string) => void;
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
  readonly #children: SupervisedChild[] = [];
  readonly #identities = new Map<string, ProcessIdentity>();
  readonly #logs = new Map<string, LogFile>();
  #onChange: () => void = () => undefined;
  #phase: SystemState['phase'] = 'starting';
  #writing: Promise<void> = Promise.resolve();
  #self: ProcessIdentity | undefined;

  constructor(private readonly options: SupervisorOptions) {}

  get records(): readonly ChildRecord[] {
    return this.#children.map(({ record }) => record);
  }

  /** Starts children without waiting for them. */
  start(programs: readonly ChildProgram[]): void {
    for (const program of programs) {
      this.#logs.set(program.name, openLogFile(logFilePath(this.options.dataDir, program.name)));
      const child = superviseChild(program, {
        onLine: ({ name }, line) => this.#logs.get(name)?.write(line),
        onEvent: (after, before, event) => this.#note(after, before, event),
      });
      this.#children.push(child);
    }
  }

  /**
   * Waits until every child was ready or has ended its work. Answers with undefined, or with a sentence when one
   * failed, when one crashed again and again, when `withinMs` milliseconds were not enough, or when `signal` aborts.
   */
  async ready(withinMs: number, signal: AbortSignal): Promise<string | undefined> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    limit.addEventListener('abort', () => this.#onChange(), { once: true });
    for (;;) {
      const failure = this.records.map(failureOf).find((sentence) => sentence !== undefined);
      if (failure !== undefined) return failure;
      const waiting = this.records.filter(({ state }) => state !== 'running' && state !== 'ended');
      if (waiting.length === 0) return undefined;
      if (signal.aborted) return 'stopped while starting';
      const states = waiting.map(({ name, state }) => `${name} is ${state}`).join(', ');
      if (limit.aborted) return `not ready within ${String(withinMs / 1000)} s: ${states}`;
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    }
  }

  /** Records that every process was ready once. */
  async enter(phase: SystemState['phase']): Promise<void> {
    this.#phase = phase;
    await this.#write();
  }

  /** Stops everything, within 5 s: the children of a role at once, the roles in order. */
  async stop(): Promise<void> {
    await this.enter('stopping');
    for (const [role, graceMs] of stopOrder) {
      await Promise.all(
        this.#children.filter(({ record }) => record.role === role).map((child) => child.stop(graceMs)),
      );
    }
    await this.#write();
    await this.#writing;
    for (const log of this.#logs.values()) log.close();
    this.#logs.clear();
  }

  /** What runs, as it is written to the state file and answered to `status`. */
  async state(): Promise<SystemState> {
    this.#self ??= await identify(process.pid);
    const { control, etcd, prefix } = this.options;
    const processes = this.records.map((record) => this.#processState(record));
    return { version: 1, phase: this.#phase, supervisor: this.#self!, control, etcd, prefix, processes };
  }

  #processState({ role, name, pid, state, restarts, addresses, details, startedAt }: ChildRecord): ProcessState {
    const known = this.#identities.get(name);
    const identity = known?.pid === pid ? known : undefined;
    return {
      ...{ role, name, state, restarts, addresses: [...addresses], details: { ...details } },
      ...(identity && { identity }),
      ...(startedAt !== undefined && { started_at: startedAt }),
    };
  }

  #note(after: ChildRecord, before: ChildRecord, event: ChildEvent): void {
    if (event.type === 'progress') return;
    const news = newsOf(after, before, event);
    if (news !== undefined) {
      this.#logs.get(after.name)?.write(`supervisor: ${news}`);
      this.options.onNews(news);
    }
    void this.#remember(after).then(() => this.#write());
    this.#onChange();
  }

  async #remember({ name, pid }: ChildRecord): Promise<void> {
    const identity = pid === undefined ? undefined : await identify(pid);
    if (identity === undefined) this.#identities.delete(name);
    else this.#identities.set(name, identity);
  }

  /** Writes follow each other, each with the state at its own time, so the last one written is the newest. */
  #write(): Promise<void> {
    this.#writing = this.#writing
      .then(async () => writeSystemState(this.options.dataDir, await this.state()))
      .catch((error: Error) => this.options.onNews(`The state file cannot be written: ${error.message}`));
    return this.#writing;
  }
}
