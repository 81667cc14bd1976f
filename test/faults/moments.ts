import { setTimeout as pause } from 'node:timers/promises';
import { projectionNames } from '../../domain/generation.js';
import { type LoneProcess, type Target } from './lone-process.js';
import { type Fault } from './plan.js';
import { type World } from './world.js';

const patienceMs = 2_500;

const within = async (holds: () => Promise<boolean>, everyMs: number): Promise<boolean> => {
  const deadline = Date.now() + patienceMs;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) return false;
    await pause(everyMs);
  }
  return true;
};

/**
 * Holds back the answers to a streamer until one of its appends has been applied that it has not heard of. Gives the
 * streamer, whose connections are then to lose what they hold; undefined when none came in time.
 */
export const catchAppend = async (world: World, fault: Fault): Promise<LoneProcess | undefined> => {
  const isFree = (one: LoneProcess): boolean => !world.busy.has(one.name) && !world.busy.has(wiresOf(one));
  const importers = world.lone.filter((one) => one.role === 'streamer' && one.pid !== undefined && isFree(one));
  const importer = importers[Math.floor(fault.target * importers.length)];
  if (importer === undefined) return undefined;
  importer.wires.all((proxy) => proxy.holdReplies());
  const before = await world.observer.newestAppend(importer.name).catch(() => '');
  const caught =
    before !== '' && (await within(async () => (await world.observer.newestAppend(importer.name)) !== before, 10));
  if (!caught) importer.wires.all((proxy) => proxy.pass());
  return caught ? importer : undefined;
};

/** The name under which a fault has the connections of a process in its hands. */
export const wiresOf = ({ wires }: Target): string => `wires ${wires.endpoints}`;

/** Makes a collector leave, and waits until partitions are without an owner. */
export const catchHandover = async (world: World, fault: Fault): Promise<void> => {
  const collectors = world.lone.filter(({ role, pid, name }) => role === 'collector' && pid && !world.busy.has(name));
  collectors[Math.floor(fault.target * collectors.length)]?.leave();
  await within(() => changesHands(world), 3);
};

const partitions = 16;

/** True while partitions of a projection are without an owner, in each generation of it that is folded. */
export const changesHands = async ({ observer }: World): Promise<boolean> => {
  const owned = await observer.owned();
  return projectionNames.some((name) => {
    const generations = owned.filter(({ projection }) => projection === name).map(({ generation }) => generation);
    const most = Math.max(0, ...generations.map((one) => generations.filter((other) => other === one).length));
    return most < partitions;
  });
};
