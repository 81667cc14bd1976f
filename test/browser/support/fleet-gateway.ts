import { setTimeout as pause } from 'node:timers/promises';
import { openAccess } from '../../../query-api/gateway-options.js';
import { serveGateway } from '../../../query-api/serve-gateway.js';
import { type Row } from '../../query-api/support/made-rows.js';
import { World } from '../../query-api/support/world.js';
import { type FleetPlan, rowsOf } from './made-fleet.js';

/** What the program is told when it starts. */
export interface FleetGatewayOptions {
  readonly port: number;
  readonly plan: FleetPlan;
  readonly staleAfterMs: number;
  readonly missingAfterMs: number;
  /** Only these metrics; all when undefined. */
  readonly metrics?: readonly string[];
}

/** What it can be told while it runs. */
export type FleetOrder =
  | { readonly kind: 'append'; readonly rows: readonly Row[] }
  | { readonly kind: 'damage'; readonly partition: number }
  | { readonly kind: 'hush' }
  /** Whether etcd does not say how far projections are. */
  | { readonly kind: 'mute'; readonly mute: boolean }
  /** etcd has not answered the gateway for a minute. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'end' };

const nanos = (ms: number): bigint => BigInt(ms) * 1_000_000n;

/*
 * A gateway as a process of its own, which a test can kill, over a fleet that lives by the clock: one that is started
 * again with the same plan has the same log with the same revisions, as if it came from etcd.
 */
const { port, plan, staleAfterMs, missingAfterMs, metrics } = JSON.parse(process.argv[2]!) as FleetGatewayOptions;
const world = new World();
const stopping = new AbortController();
let hushed = false;
let silentForMs = 0;

const append = (rows: readonly Row[], at = Date.now()): void =>
  void world.append(rows, { cluster: 'local-cluster', appended: new Date(at).toISOString() });

const live = async (): Promise<void> => {
  for (let step = 0; !stopping.signal.aborted; step++) {
    const [tick, part] = [Math.floor(step / plan.parts), step % plan.parts];
    const due = plan.begin + (step * plan.tickMs) / plan.parts;
    if (due > Date.now()) await pause(due - Date.now());
    else if (tick >= plan.pastTicks) await pause(0);
    if (!hushed) append(rowsOf(plan, tick, part, metrics), due);
  }
};

process.on('message', (order: FleetOrder) => {
  if (order.kind === 'append') append(order.rows);
  else if (order.kind === 'damage') world.appendDamaged(order.partition);
  else if (order.kind === 'hush') hushed = true;
  else if (order.kind === 'mute') world.silent = order.mute;
  else if (order.kind === 'silence') silentForMs = 60_000;
  else stopping.abort();
});
process.on('disconnect', () => process.exit(0));

void live();
await serveGateway(
  {
    port,
    listen: '127.0.0.1',
    statusLimits: { staleAfter: nanos(staleAfterMs), missingAfter: nanos(missingAfterMs) },
    access: openAccess,
  },
  { ...world.ports(), now: Date.now, lastAnswer: () => Date.now() - silentForMs },
  () => Promise.resolve(world.identity),
  {
    onListening: () => undefined,
    onReady: (origin) => void process.send?.({ ready: origin }),
    // A browser that is closed breaks its connections, which is no news.
    onError: () => undefined,
  },
  stopping.signal,
);
process.exit(0);
