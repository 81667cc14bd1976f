import { type Run, type RunningTelemetry, startTelemetry } from './telemetry.js';

/** Keeps one role running however often it is killed, as a supervisor would. */
export class Keeper {
  private running: RunningTelemetry;
  private watched: Promise<Run>;

  constructor(private readonly args: readonly string[]) {
    this.running = startTelemetry(args);
    this.watched = this.running.ended;
  }

  /** Ends when the process does so by itself, or is killed. */
  get ended(): Promise<Run> {
    return this.watched;
  }

  get hasEnded(): boolean {
    return this.running.child.exitCode !== null;
  }

  /** SIGKILL, then the same command again. */
  async killAndRestart(): Promise<void> {
    this.running.child.kill('SIGKILL');
    await this.watched;
    this.running = startTelemetry(this.args);
    this.watched = this.running.ended;
  }

  /** SIGTERM, then SIGKILL for one that does not end. */
  async stop(): Promise<Run> {
    const force = setTimeout(() => this.running.child.kill('SIGKILL'), 10_000);
    this.running.child.kill('SIGTERM');
    const run = await this.watched;
    clearTimeout(force);
    return run;
  }
}
