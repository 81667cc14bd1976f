import { setTimeout as pause } from 'node:timers/promises';
import { identify } from '../../infra/processes/process-identity.js';
import { sendSignal } from '../../infra/processes/stop-process.js';
import { projectionNames } from '../../domain/generation.js';
import { type Role } from '../../infra/supervisor/announcement.js';
import { type TcpProxy } from '../support/tcp-proxy.js';
import { type EtcdUnderFire } from './etcd-under-fire.js';
import { type LoneProcess, type Target } from './lone-process.js';
import { wiresOf } from './moments.js';
import { type Fault, type FaultKind } from './plan.js';
import { reset } from './resets.js';
import { type SupervisedSystem } from './supervised-system.js';
import { type Wires } from './wires.js';
import { type World } from './world.js';

/**
 * Does a fault from its beginning to its end. Calls `hit` once a signal or an order has really been sent; one that ends
 * without that has struck nothing.
 *
 * @param first who has to be struck, where the kind has a choice
 */
type Strike = (world: World, fault: Fault, hit: () => void, first?: Target) => Promise<void>;

/** A fault that has begun. */
export interface Begun {
  /** Known as soon as it has struck, or it is sure that it will not. */
  readonly struck: Promise<boolean>;
  readonly over: Promise<void>;
}

/** Begins a fault. */
export const begin = (world: World, fault: Fault, first?: Target): Begun => {
  let hit = (): void => undefined;
  const landed = new Promise<true>((resolve) => {
    hit = () => resolve(true);
  });
  const over = strikes[fault.kind](world, fault, hit, first);
  // Why it failed is told to who waits for its end.
  const missed = over.then(
    () => false,
    () => false,
  );
  return { struck: Promise.race([landed, missed]), over };
};

/** One of these for a fault alone, as long as it lasts; nothing is done while another fault has it. */
const alone = async (world: World, name: string, work: () => Promise<void>): Promise<void> => {
  if (world.busy.has(name)) return;
  world.busy.add(name);
  await work().finally(() => world.busy.delete(name));
};

const chosen = <T>(ones: readonly T[], at: number): T | undefined => ones[Math.floor(at * ones.length)];

const onProcess =
  (role: Role, act: (pid: number, fault: Fault, hit: () => void) => Promise<void>): Strike =>
  async (world, fault, hit, first) => {
    const free = (await world.targets(role)).filter(({ name }) => !world.busy.has(name));
    const target = first?.role === role ? first : chosen(free, fault.target);
    if (target?.pid === undefined) return;
    await alone(world, target.name, () => act(target.pid!, fault, hit));
  };

const killed = (role: Role): Strike =>
  onProcess(role, async (pid, _, hit) => {
    if (sendSignal(pid, 'SIGKILL')) hit();
  });

const stopForAWhile = async (pid: number, { lastsMs }: Fault, hit: () => void): Promise<void> => {
  if (!sendSignal(pid, 'SIGSTOP')) return;
  hit();
  await pause(lastsMs);
  sendSignal(pid, 'SIGCONT');
};

const stopped = (role: Role): Strike => onProcess(role, stopForAWhile);

const onSupervisor =
  (act: (supervised: SupervisedSystem, fault: Fault, hit: () => void) => Promise<void>): Strike =>
  (world, fault, hit) =>
    alone(world, 'supervisor', () => act(world.supervised, fault, hit));

/** On the connections of one process, or of a whole supervised system, that has any. */
const onWires =
  (act: (wires: Wires, fault: Fault, hit: () => void) => Promise<void>): Strike =>
  async (world, fault, hit, first) => {
    const all = first ? [first] : await world.targets();
    const free = all.filter((one) => !world.busy.has(wiresOf(one)));
    const target = chosen(free, fault.target);
    if (target === undefined || target.wires.connections === 0) return;
    await alone(world, wiresOf(target), () => act(target.wires, fault, hit));
  };

/** Something is done to connections for as long as a fault lasts. */
const whileItLasts = (change: (proxy: TcpProxy, fault: Fault) => void): Strike =>
  onWires(async (wires, fault, hit) => {
    wires.all((proxy) => change(proxy, fault));
    hit();
    await pause(fault.lastsMs);
    wires.all((proxy) => proxy.pass());
  });

/** What is waited for, when connections are to be lost with what they held. */
const lossMs = 1_500;

/** Connections hold something back, and are lost with it. */
const lost = (hold: (proxy: TcpProxy) => void): Strike =>
  onWires(async (wires, { lastsMs }, hit) => {
    wires.all(hold);
    hit();
    await pause(Math.min(lastsMs, lossMs));
    wires.lose();
  });

const onEtcd =
  (act: (etcd: EtcdUnderFire, fault: Fault, hit: () => void) => Promise<void>): Strike =>
  (world, fault, hit) =>
    alone(world, 'etcd', () => act(world.etcd, fault, hit));

const roles = ['streamer', 'collector', 'gateway'] as const;

const scale = onSupervisor(async (supervised, { target, extent }, hit) => {
  const role = chosen(roles, target)!;
  const other = [1, 2, 3].filter((count) => count !== supervised.copies[role]);
  const names = (await supervised.targets()).filter((one) => one.role === role).map(({ name }) => name);
  const answered = new AbortController();
  // The answer waits until new copies are ready, which may take long under fire.
  const seen = supervised.untilOthers(role, names, answered.signal).then((others) => others && hit());
  const scaled = supervised.scale({ [role]: chosen(other, extent)! }).finally(() => answered.abort());
  await Promise.all([seen, scaled.then((isScaled) => isScaled && hit())]);
});

const leave: Strike = async (world, fault, hit) => {
  const collectors = world.lone.filter(({ role, pid, name }) => role === 'collector' && pid && !world.busy.has(name));
  const one = chosen<LoneProcess>(collectors, fault.target);
  if (one?.leave()) hit();
};

/** Of one projection, or of all at once. */
const resets: Strike = (world, { target, extent }, hit) =>
  alone(world, 'resets', async () => {
    const some = extent < 0.7 ? [chosen(projectionNames, target)!] : projectionNames;
    await Promise.all(some.map(async (projection) => (await reset(world, projection)) && hit()));
  });

/** One stays, which can answer reads of its own and nothing else. */
const allBut = (members: readonly number[], at: number): readonly number[] => {
  const stays = chosen(members, at);
  return members.filter((member) => member !== stays);
};

/** The share of full etcds that the system is left alone with. */
const leftToItself = 0.25;

const skewMostMs = 60_000;
const skew: Strike = async (world, fault, hit) => {
  const ms = Math.round((2 * fault.extent - 1) * skewMostMs);
  // One in eight is the clock of all processes that start after it.
  const isOfNext = fault.extent * 8 - Math.floor(fault.extent * 8) < 0.125;
  const pid = isOfNext ? undefined : chosen(await world.targets(), fault.target)?.pid;
  if (!isOfNext && (pid === undefined || !(await identify(pid)))) return;
  await world.skewClock(pid, ms);
  hit();
};

const strikes: Readonly<Record<FaultKind, Strike>> = {
  'streamer killed': killed('streamer'),
  'collector killed': killed('collector'),
  'gateway killed': killed('gateway'),
  'supervisor killed': onSupervisor((supervised, _, hit) => supervised.killSupervisor(hit)),
  'streamer stopped': stopped('streamer'),
  'collector stopped': stopped('collector'),
  'gateway stopped': stopped('gateway'),
  'supervisor stopped': onSupervisor(({ pid }, fault, hit) => stopForAWhile(pid, fault, hit)),
  'etcd killed': onEtcd((etcd, { lastsMs }, hit) => etcd.kill(etcd.all, lastsMs / 8, hit)),
  'etcd stopped': onEtcd((etcd, { lastsMs }, hit) => etcd.stopFor(lastsMs, etcd.all, hit)),
  'etcd restarted': onEtcd((etcd, _, hit) => etcd.restart(hit)),
  'leader killed': onEtcd(async (etcd, { lastsMs }, hit) => etcd.kill([await etcd.leader()], lastsMs, hit)),
  'leader stopped': onEtcd(async (etcd, { lastsMs }, hit) => etcd.stopFor(lastsMs, [await etcd.leader()], hit)),
  'majority stopped': onEtcd((etcd, { lastsMs, target }, hit) =>
    etcd.stopFor(3 * lastsMs, allBut(etcd.all, target), hit),
  ),
  'connections cut': onWires(async (wires, _, hit) => {
    wires.lose();
    hit();
  }),
  'connections refused': whileItLasts((proxy) => proxy.refuse()),
  'connections delayed': whileItLasts((proxy, { extent }) => proxy.delay(Math.round(10 + 290 * extent))),
  'connections silent': whileItLasts((proxy) => proxy.freeze()),
  'replies lost': lost((proxy) => proxy.holdReplies()),
  'requests lost': lost((proxy) => proxy.holdRequests()),
  'quota exhausted': onEtcd(async (etcd, { lastsMs, extent }, hit) => {
    await etcd.fill(hit);
    await pause(lastsMs);
    await etcd.empty();
    // Now and then nobody does what an operator would: the collectors free it by themselves.
    await (extent < leftToItself ? etcd.relieved() : etcd.relieve());
  }),
  'history compacted': onEtcd(async (etcd, _, hit) => {
    if (await etcd.compact()) hit();
  }),
  'copies scaled': scale,
  'collector leaves': leave,
  'projection reset': resets,
  'clock skewed': skew,
};
