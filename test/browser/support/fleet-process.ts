import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../infra/processes/free-port.js';
// Only types: the module is the program.
import type { FleetGatewayOptions, FleetOrder } from './fleet-gateway.js';
import { type FleetPlan } from './made-fleet.js';

const program = fileURLToPath(new URL('./fleet-gateway.js', import.meta.url));

/** A gateway over a made fleet, as a process that can be killed and started again at the same address. */
export class FleetProcess {
  #child: ChildProcess | undefined;

  private constructor(private readonly options: FleetGatewayOptions) {}

  static async start(plan: FleetPlan, more: Partial<FleetGatewayOptions> = {}): Promise<FleetProcess> {
    const port = await freePort();
    const limits = { staleAfterMs: 300_000, missingAfterMs: 3_600_000 };
    const fleet = new FleetProcess({ port, plan, ...limits, ...more });
    await fleet.start();
    return fleet;
  }

  get origin(): string {
    return `http://127.0.0.1:${String(this.options.port)}`;
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    const child = fork(program, [JSON.stringify(this.options)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    const [news] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
    if (typeof news !== 'object' || news === null) throw new Error(`the gateway ended: ${String(news)}`);
  }

  tell(order: FleetOrder): void {
    this.#child?.send(order);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
