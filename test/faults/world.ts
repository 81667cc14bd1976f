import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Epoch } from '../../domain/ids.js';
import { ensureLog } from '../../infra/etcd/ensure-log.js';
import { Keys } from '../../infra/etcd/keys.js';
import { headRevision } from '../../infra/etcd/range.js';
import { freePort } from '../../infra/processes/free-port.js';
import { type Role } from '../../infra/supervisor/announcement.js';
import { behindRevision } from '../../query-api/live/live-cursor.js';
import { never } from '../support/never.js';
import { program, startTelemetry } from '../support/telemetry.js';
import { EtcdUnderFire } from './etcd-under-fire.js';
import { Imports, writeLiveFile } from './imports.js';
import { LiveSubscriber } from './live-subscriber.js';
import { LoneProcess, type Starter, type Target } from './lone-process.js';
import { Observer, residentMegabytes } from './observer.js';
import { SupervisedSystem } from './supervised-system.js';
import { Wires } from './wires.js';

export interface WorldPlan {
  readonly seed: number;
  readonly members: 1 | 3;
  /**
   * Modules preloaded into every process of the system beside the skewed clock. With any, the processes are of the
   * program as separate modules: what a preloaded one changes of a package is not what a bundle holds.
   */
  readonly preload?: readonly string[];
  /** Seconds that a file to import lasts. */
  readonly importSteps: number;
  /** How fast 1,280 rows a second and source are streamed, such as `3x`; there are three sources. */
  readonly livePace: string;
  /** Of each supervised role, beside two collectors, two importers and a gateway that nobody supervises. */
  readonly copies: number;
  /** Milliseconds to wait for what must happen before it is a problem; two minutes by default. */
  readonly patienceMs?: number;
}

const importers = ['importer-1', 'importer-2'] as const;
const preloaded = (module: string): string => `--import=${new URL(module, import.meta.url).href}`;

/** A whole system to be struck: some of it under a supervisor, some of it not, and people who follow it. */
export class World {
  readonly keys = new Keys();
  /** Targets that a fault has in its hands. */
  readonly busy = new Set<string>();
  readonly lone: LoneProcess[] = [];
  readonly subscribers: LiveSubscriber[] = [];
  /** The most memory that a process of each role was seen with, in megabytes, since it was last told. */
  readonly peaks = new Map<string, number>();

  private constructor(
    readonly folder: string,
    readonly etcd: EtcdUnderFire,
    readonly observer: Observer,
    readonly imports: Imports,
    readonly supervised: SupervisedSystem,
    /** Everything that ought not to have happened. */
    readonly problems: string[],
    readonly patienceMs: number,
    private readonly wires: Wires[],
    private readonly gatewayPort: number,
  ) {}

  /** Whoever starts it stops it. */
  static async start(plan: WorldPlan): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-faults-'));
    await mkdir(join(folder, 'clocks'));
    const etcd = await EtcdUnderFire.start(plan.members);
    const wires = await Promise.all(['supervised', ...importers, 'c', 'c', 'g'].map(() => Wires.to(etcd.endpoints)));
    const start = starterOf(folder, plan.preload ?? []);
    const sources = [1, 2, 3].map((number) => writeLiveFile(folder, number, plan.seed + number));
    const problems: string[] = [];
    const supervised = new SupervisedSystem({
      ...{ dataDir: join(folder, 'data'), wires: wires[0]!, start, sources, pace: plan.livePace, copies: plan.copies },
      complain: (what) => void problems.push(what),
    });
    const observer = new Observer(etcd.endpoints, new Keys());
    const imports = new Imports({ folder, seed: plan.seed, importers, steps: plan.importSteps });
    const world = new World(
      folder,
      etcd,
      observer,
      imports,
      supervised,
      problems,
      plan.patienceMs ?? 120_000,
      wires,
      await freePort(),
    );
    try {
      await world.#begin(start);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  complain(what: string): void {
    this.problems.push(what);
  }

  /** Everything that runs now and can be struck, supervised or not. */
  async targets(role?: Role): Promise<readonly Target[]> {
    const all = [...this.lone, ...(await this.supervised.targets())];
    return all.filter((one) => one.pid !== undefined && (role === undefined || one.role === role));
  }

  /** Where the query API is served, as far as it is known. */
  async gateways(): Promise<readonly string[]> {
    const supervised = await this.supervised.targets();
    const addresses = supervised.filter(({ role }) => role === 'gateway').flatMap((one) => one.addresses);
    return [...addresses, `http://127.0.0.1:${String(this.gatewayPort)}`];
  }

  /** The clock of a process goes wrong; without a process, that of all that start from now on. */
  async skewClock(pid: number | undefined, ms: number): Promise<void> {
    await writeFile(join(this.folder, 'clocks', pid === undefined ? 'next' : String(pid)), String(ms));
  }

  async lookAtMemory(): Promise<void> {
    const etcds = this.etcd.pids.map((pid) => ({ role: 'etcd', pid }));
    const supervisor = { role: 'supervisor', pid: this.supervised.pid };
    for (const { role, pid } of [...(await this.targets()), supervisor, ...etcds]) {
      const seen = (pid && (await residentMegabytes(pid))) ?? 0;
      this.peaks.set(role, Math.max(seen, this.peaks.get(role) ?? 0));
    }
  }

  async stop(): Promise<void> {
    this.wires.forEach((one) => one.all((proxy) => proxy.pass()));
    await Promise.all(this.subscribers.map((one) => one.stop()));
    await Promise.all(this.lone.map((one) => one.stop()));
    await this.supervised.stop();
    await this.observer.stop();
    await Promise.all(this.wires.map((one) => one.close()));
    await this.etcd.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #begin(start: Starter): Promise<void> {
    await ensureLog(this.etcd.client, this.keys, {}, never);
    const after = behindRevision(0 as Epoch, await headRevision(this.etcd.client, never));
    const [, one, two, ...others] = this.wires;
    const lone = (
      name: string,
      role: Role,
      wires: Wires,
      next: () => readonly string[] | undefined,
      done?: () => void,
    ) =>
      this.lone.push(
        new LoneProcess({
          ...{ name, role, wires, start, next },
          ...(done && { done }),
          complain: (what) => this.complain(what),
        }),
      );
    for (const [name, wires] of [
      ['lone-collector-1', others[0]!],
      ['lone-collector-2', others[1]!],
    ] as const) {
      lone(name, 'collector', wires, () => [
        'collect',
        '--etcd',
        wires.endpoints,
        '--etcd-maintenance',
        '--name',
        name,
      ]);
    }
    const serve = ['serve', '--etcd', others[2]!.endpoints, '--port', String(this.gatewayPort)];
    lone('lone-gateway', 'gateway', others[2]!, () => [...serve, '--name', 'lone-gateway']);
    for (const [name, wires] of [
      [importers[0], one!],
      [importers[1], two!],
    ] as const) {
      const args = ['--json', '--etcd', wires.endpoints, '--name', name, '--speed', '2x', '--cluster', 'imported'];
      const next = (): readonly string[] | undefined => {
        const files = this.imports.next(name);
        return files && ['stream', ...args, ...files];
      };
      lone(name, 'streamer', wires, next, () => this.imports.done(name));
    }
    this.#subscribe('subscriber-1', after);
    this.#subscribe('subscriber-2', after);
    this.#subscribe('subscriber-3', after, 'dgx-h100-003');
    await this.supervised.start();
  }

  #subscribe(name: string, after: ReturnType<typeof behindRevision>, hostname?: string): void {
    this.subscribers.push(
      new LiveSubscriber({
        ...{ name, after, gateways: () => this.gateways(), complain: (what) => this.complain(what) },
        ...(hostname !== undefined && { hostname }),
      }),
    );
  }
}

const separateModules = fileURLToPath(new URL('../../commands/telemetry.main.js', import.meta.url));

const starterOf = (folder: string, preload: readonly string[]): Starter => {
  const environment = environmentOf(folder, preload);
  return (args) => startTelemetry(args, environment, 'ignore', preload.length > 0 ? separateModules : program);
};

const environmentOf = (folder: string, preload: readonly string[]): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: ['./skewed-clock.js', ...preload].map(preloaded).join(' '),
  FAULTS_CLOCKS: join(folder, 'clocks'),
  // Short, so that a run sees many leases end; appends as small and as many as etcd can well bear.
  TELEMETRY_LEASE: '2s',
  TELEMETRY_LANE_TTL: '2s',
  TELEMETRY_BATCH_MS: '300ms',
  TELEMETRY_LOG_LEVEL: 'info',
});
