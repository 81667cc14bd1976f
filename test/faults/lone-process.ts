import { setTimeout as pause } from 'node:timers/promises';
import { type Role } from '../../infra/supervisor/announcement.js';
import { sendSignal } from '../../infra/processes/stop-process.js';
import { type RunningTelemetry } from '../support/telemetry.js';
import { isNoSurprise, leftAsAsked } from './endings.js';
import { type Wires } from './wires.js';

/** A process that faults strike. */
export interface Target {
  readonly name: string;
  readonly role: Role;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  /** Between it and etcd; others may share them. */
  readonly wires: Wires;
}

/** Starts `telemetry ARGS` as the processes of a system under fire are started. */
export type Starter = (args: readonly string[]) => RunningTelemetry;

export interface LoneOptions {
  readonly name: string;
  readonly role: Role;
  readonly wires: Wires;
  readonly start: Starter;
  /** The command line of its next run; undefined while there is nothing to do. */
  readonly next: () => readonly string[] | undefined;
  /** Told when a run has done its work by itself. */
  readonly done?: () => void;
  /** Told when a run ended as none should. */
  readonly complain: (what: string) => void;
}

const betweenRunsMs = 100;

/** A role outside any supervisor, with connections of its own, that is started again however it ends. */
export class LoneProcess implements Target {
  readonly name: string;
  readonly role: Role;
  readonly wires: Wires;
  #running: RunningTelemetry | undefined;
  #leaving = false;
  #over = false;
  readonly #ended: Promise<void>;

  constructor(private readonly options: LoneOptions) {
    ({ name: this.name, role: this.role, wires: this.wires } = options);
    this.#ended = this.#run();
  }

  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** An orderly end; it comes back after that. False when it does not run, or leaves already: who is told twice hurries. */
  leave(): boolean {
    if (this.#running === undefined || this.#leaving) return false;
    this.#leaving = true;
    return this.#running.child.kill('SIGTERM');
  }

  /** An orderly end for good, by force when it does not come. */
  async stop(): Promise<void> {
    this.#over = true;
    this.leave();
    const force = setTimeout(() => this.#running?.child.kill('SIGKILL'), 10_000);
    if (this.pid !== undefined) sendSignal(this.pid, 'SIGCONT');
    await this.#ended;
    clearTimeout(force);
  }

  async #run(): Promise<void> {
    while (!this.#over) {
      const args = this.options.next();
      if (args !== undefined) await this.#runOnce(args);
      await pause(betweenRunsMs);
    }
  }

  async #runOnce(args: readonly string[]): Promise<void> {
    this.#leaving = false;
    const running = this.options.start(args);
    this.#running = running;
    const { code, stderr, stdout } = await running.ended;
    this.#running = undefined;
    const signal = running.child.signalCode;
    const ending = { role: this.role, code, signal, stderr, stdout };
    if (code === 0 && !this.#leaving) this.options.done?.();
    if (this.#leaving ? leftAsAsked(ending) : isNoSurprise(ending)) return;
    const how = `${signal ?? `exit code ${String(code)}`}${this.#leaving ? ' when it was told to leave' : ''}`;
    this.options.complain(`${this.name} ended with ${how}: ${(stderr + stdout).slice(-1_500)}`);
  }
}
