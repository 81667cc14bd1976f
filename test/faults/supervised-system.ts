import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { sendOrder } from '../../infra/supervisor/control.js';
import { type Copies, type ScalableRole } from '../../infra/supervisor/copies.js';
import { ScaleAnswer } from '../../infra/supervisor/orders.js';
import { runningSystem } from '../../infra/supervisor/running-system.js';
import { stopSystem } from '../../infra/supervisor/stop-system.js';
import { logFilePath, readSystemState, type SystemState } from '../../infra/supervisor/system-state.js';
import { eventually } from '../support/eventually.js';
import { type RunningTelemetry } from '../support/telemetry.js';
import { foundNoEtcd } from './endings.js';
import { type Starter, type Target } from './lone-process.js';
import { type Wires } from './wires.js';

export interface SupervisedOptions {
  readonly dataDir: string;
  readonly wires: Wires;
  readonly start: Starter;
  readonly sources: readonly string[];
  /** How fast they are streamed, such as `3x`. */
  readonly pace: string;
  /** Of each role. */
  readonly copies: number;
  readonly complain: (what: string) => void;
}

const scaleWithinMs = 120_000;
const lookEveryMs = 20;

/** Ends that nobody brought about: a child was told neither to end nor killed. */
const unexpected = /^(\S+) (ended with exit code \d+|was ended by SIG(?!KILL))/;

/** A system under one supervisor, all of whose processes share their connections to etcd. */
export class SupervisedSystem {
  #supervisor: RunningTelemetry | undefined;
  copies: Required<Copies>;

  constructor(private readonly options: SupervisedOptions) {
    const { copies } = options;
    this.copies = { streamer: copies, collector: copies, gateway: copies };
  }

  /** What it streams again and again. */
  get sources(): readonly string[] {
    return this.options.sources;
  }

  get pid(): number {
    return this.#supervisor!.pid;
  }

  /** Resolves when it is up. */
  async start(): Promise<void> {
    const { dataDir, wires, start, sources, pace } = this.options;
    const copies = (['streamer', 'collector', 'gateway'] as const).flatMap((role) => [
      `--${role}s`,
      String(this.copies[role]),
    ]);
    const args = [
      'up',
      '--json',
      '--etcd',
      wires.endpoints,
      '--etcd-maintenance',
      '--data-dir',
      dataDir,
      '--port',
      '0',
      ...copies,
    ];
    const sourced = ['--loop', '--restamp', '--speed', pace, '--cluster', 'live', '--source', ...sources];
    const supervisor = start([...args, ...sourced]);
    this.#supervisor = supervisor;
    createInterface({ input: supervisor.child.stderr! }).on('line', (line) => this.#hear(line));
    await eventually('the supervised system is up', () => supervisor.stdout.includes('\n') || hasEnded(supervisor), {
      withinMs: 240_000,
    });
    if (hasEnded(supervisor)) throw new Error(`telemetry up: ${supervisor.stderr.slice(-2_000)}`);
  }

  /** SIGKILL to the supervisor, and the next one, which clears away what is left. */
  async killSupervisor(hit: () => void): Promise<void> {
    const supervisor = this.#supervisor!;
    if (supervisor.child.kill('SIGKILL')) hit();
    await supervisor.ended;
    for (let tries = 1; ; tries++) {
      try {
        return await this.start();
      } catch (error) {
        if (tries === 10) throw error;
        // It says at once that it finds no etcd; who started it starts it again.
        if (!foundNoEtcd(this.#supervisor!.stderr))
          this.options.complain(`the next supervisor did not come up: ${String(error)}`);
        await pause(1_000);
      }
    }
  }

  /** What its children are now, as its supervisor says; as it last wrote when it does not answer. */
  async targets(): Promise<readonly (Target & { readonly addresses: readonly string[] })[]> {
    const state = await this.#state();
    return (state?.processes ?? []).map(({ name, role, identity, state: doing, addresses }) => ({
      ...{ name, role, addresses, wires: this.options.wires },
      pid: doing === 'running' || doing === 'starting' ? identity?.pid : undefined,
    }));
  }

  /** False when the supervisor refused it, or did not answer. */
  async scale(copies: Copies): Promise<boolean> {
    const state = await this.#state();
    if (state === undefined) return false;
    const answer = await sendOrder(state.control, { order: 'scale', copies }, scaleWithinMs);
    const isScaled = ScaleAnswer.is(answer) && answer.kind === 'scaled';
    if (isScaled) this.copies = { ...this.copies, ...copies };
    return isScaled;
  }

  /** True when there are others than these copies of a role, or some that are told to end; false when `signal` aborts. */
  async untilOthers(role: ScalableRole, names: readonly string[], signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const copies = (await this.#state())?.processes.filter((one) => one.role === role) ?? [];
      if (copies.some(({ name, state }) => state === 'stopping' || !names.includes(name))) return true;
      await pause(lookEveryMs);
    }
    return false;
  }

  async stop(): Promise<void> {
    await stopSystem(this.options.dataDir);
    const supervisor = this.#supervisor;
    if (supervisor === undefined) return;
    supervisor.child.kill('SIGKILL');
    const { code, stderr } = await supervisor.ended;
    if (code !== 0) this.options.complain(`the supervisor did not end as it was told to: ${stderr.slice(-1_500)}`);
  }

  /** Complains of what the supervisor says and nobody has brought about. */
  #hear(news: string): void {
    const child = unexpected.exec(news)?.[1];
    if (child === undefined) return;
    const words = this.#lastWords(child, news);
    if (!foundNoEtcd(words)) this.options.complain(`${news}: ${words}`);
  }

  /** What a child had said when its supervisor told of its end, which stands in its log too; it may run again by now. */
  #lastWords(child: string, news: string): string {
    const log = readFileSync(logFilePath(this.options.dataDir, child), 'utf8');
    const until = log.lastIndexOf(`supervisor: ${news}`);
    return log.slice(0, until).trimEnd().split('\n').slice(-20).join('\n');
  }

  async #state(): Promise<SystemState | undefined> {
    const { dataDir } = this.options;
    return (await runningSystem(dataDir)) ?? (await readSystemState(dataDir));
  }
}

const hasEnded = ({ child }: RunningTelemetry): boolean => child.exitCode !== null || child.signalCode !== null;
