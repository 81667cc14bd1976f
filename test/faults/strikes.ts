import { setTimeout as pause } from 'node:timers/promises';
import { sendSignal } from '../../infra/processes/stop-process.js';
import { projectionNames } from '../../domain/generation.js';
import { type Role } from '../../infra/supervisor/announcement.js';
import { type LoneProcess, type Target } from './lone-process.js';
import { type Fault, type FaultKind } from './plan.js';
import { reset } from './resets.js';
import { type World } from './world.js';

/**
 * Does a fault from its beginning to its end. False when there was nothing that it could strike.
 *
 * @param first who has to be struck, where the kind has a choice
 */
export type Strike = (world: World, fault: Fault, first?: Target) => Promise<boolean>;

/** One of these for a fault alone, as long as it lasts. */
const alone = async (world: World, name: string, work: () => Promise<void>): Promise<boolean> => {
  if (world.busy.has(name)) return false;
  world.busy.add(name);
  await work().finally(() => world.busy.delete(name));
  return true;
};

const chosen = <T>(ones: readonly T[], at: number): T | undefined => ones[Math.floor(at * ones.length)];

const onProcess =
  (role: Role, act: (pid: number, fault: Fault) => Promise<void>): Strike =>
  async (world, fault, first) => {
    const free = (await world.targets(role)).filter(({ name }) => !world.busy.has(name));
    const target = first?.role === role ? first : chosen(free, fault.target);
    return target?.pid !== undefined && alone(world, target.name, () => act(target.pid!, fault));
  };

const killed = (role: Role): Strike => onProcess(role, async (pid) => void sendSignal(pid, 'SIGKILL'));

const stopped = (role: Role): Strike =>
  onProcess(role, async (pid, { lastsMs }) => {
    sendSignal(pid, 'SIGSTOP');
    await pause(lastsMs);
    sendSignal(pid, 'SIGCONT');
  });

/** On the connections of one process, or of a whole supervised system. */
const onWires =
  (act: (target: Target, fault: Fault) => Promise<void>): Strike =>
  async (world, fault, first) => {
    const all = first ? [first] : await world.targets();
    const name = (target: Target): string => `wires ${target.wires.endpoints}`;
    const target = chosen(
      all.filter((one) => !world.busy.has(name(one))),
      fault.target,
    );
    return target !== undefined && alone(world, name(target), () => act(target, fault));
  };

const onEtcd =
  (act: (world: World, fault: Fault) => Promise<void>): Strike =>
  (world, fault) =>
    alone(world, 'etcd', () => act(world, fault));

const roles = ['streamer', 'collector', 'gateway'] as const;

const scale: Strike = (world, { target, extent }) =>
  alone(world, 'scale', async () => {
    const role = chosen(roles, target)!;
    const before = world.supervised.copies[role];
    const other = [1, 2, 3].filter((count) => count !== before);
    await world.supervised.scale({ [role]: chosen(other, extent)! });
  });

const leave: Strike = (world, fault) => {
  const collectors = world.lone.filter(({ role, pid, name }) => role === 'collector' && pid && !world.busy.has(name));
  const one = chosen<LoneProcess>(collectors, fault.target);
  if (one === undefined) return Promise.resolve(false);
  return alone(world, one.name, async () => one.leave());
};

/** Of one projection, or of all at once. */
const resets: Strike = (world, { target, extent }) =>
  alone(world, 'resets', async () => {
    const some = extent < 0.7 ? [chosen(projectionNames, target)!] : projectionNames;
    await Promise.all(some.map((projection) => reset(world, projection)));
  });

const skewMostMs = 60_000;
const skew: Strike = async (world, fault) => {
  const target = chosen(await world.targets(), fault.target);
  const ms = Math.round((2 * fault.extent - 1) * skewMostMs);
  // One in eight is the clock of all processes that start after it.
  await world.skewClock(fault.extent * 8 - Math.floor(fault.extent * 8) < 0.125 ? undefined : target?.pid, ms);
  return target !== undefined;
};

/** What is waited for, when connections are to be lost with what they held. */
const lossMs = 1_500;

export const strikes: Readonly<Record<FaultKind, Strike>> = {
  'streamer killed': killed('streamer'),
  'collector killed': killed('collector'),
  'gateway killed': killed('gateway'),
  'supervisor killed': (world) => alone(world, 'scale', () => world.supervised.killSupervisor()),
  'streamer stopped': stopped('streamer'),
  'collector stopped': stopped('collector'),
  'gateway stopped': stopped('gateway'),
  'etcd killed': onEtcd(({ etcd }, { lastsMs }) => etcd.kill(undefined, lastsMs / 8)),
  'etcd stopped': onEtcd(({ etcd }, { lastsMs }) => etcd.stopFor(lastsMs)),
  'etcd restarted': onEtcd(({ etcd }) => etcd.restart()),
  'leader killed': onEtcd(async ({ etcd }, { lastsMs }) => etcd.kill([await etcd.leader()], lastsMs)),
  'leader stopped': onEtcd(async ({ etcd }, { lastsMs }) => etcd.stopFor(lastsMs, [await etcd.leader()])),
  'connections cut': onWires(async ({ wires }) => wires.all((proxy) => proxy.cut())),
  'connections refused': onWires(async ({ wires }, { lastsMs }) => {
    wires.all((proxy) => proxy.refuse());
    await pause(lastsMs);
    wires.all((proxy) => proxy.pass());
  }),
  'connections delayed': onWires(async ({ wires }, { lastsMs, extent }) => {
    wires.all((proxy) => proxy.delay(Math.round(10 + 290 * extent)));
    await pause(lastsMs);
    wires.all((proxy) => proxy.pass());
  }),
  'connections silent': onWires(async ({ wires }, { lastsMs }) => {
    wires.all((proxy) => proxy.freeze());
    await pause(lastsMs);
    wires.all((proxy) => proxy.pass());
  }),
  'replies lost': onWires(async ({ wires }, { lastsMs }) => {
    wires.all((proxy) => proxy.holdReplies());
    await pause(Math.min(lastsMs, lossMs));
    wires.all((proxy) => {
      proxy.cut();
      proxy.pass();
    });
  }),
  'requests lost': onWires(async ({ wires }, { lastsMs }) => {
    wires.all((proxy) => proxy.holdRequests());
    await pause(Math.min(lastsMs, lossMs));
    wires.all((proxy) => {
      proxy.cut();
      proxy.pass();
    });
  }),
  'quota exhausted': onEtcd(async ({ etcd }, { lastsMs }) => {
    await etcd.fill();
    await pause(lastsMs);
    await etcd.free();
  }),
  'history compacted': onEtcd(({ etcd }) => etcd.compact()),
  'copies scaled': scale,
  'collector leaves': leave,
  'projection reset': resets,
  'clock skewed': skew,
};
