import { setTimeout as pause } from 'node:timers/promises';
import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { type GroupView, type Membership } from '../../domain/collector-group.js';
import { type ModelPart } from '../../domain/read-model.js';
import { type GenerationsView } from '../../domain/generation-registry.js';
import { type GatewayAnnouncement } from '../../domain/gateway-announcement.js';
import { type Holding, holdPartition } from './hold-partition.js';
import { changeOrPause, Latest } from './latest.js';
import { shareOf } from './share.js';
import { contentOf, nameOf, type Slot, slotsOf } from './slots.js';
import { SlotWork } from './slot-work.js';
import { type Surroundings } from './surroundings.js';

const announceEveryMs = 1_000;
/** What telling that one leaves may take before partitions are handed over anyway. */
const toldWithinMs = 250;
/** A view that has not changed is looked at again: one missed change must not leave a partition without an owner. */
const lookAgainMs = 5_000;
/** Between tries to claim what somebody else is seen to hold. */
const tryAgainMs = 1_000;
/** The same of what nobody is seen to hold any more. */
const soonMs = 100;

export interface Views {
  readonly group: Latest<GroupView>;
  readonly generations: Latest<GenerationsView>;
  readonly gateways: Latest<readonly GatewayAnnouncement[]>;
}

/** What is announced, given the slots that are worked on. */
export type Describe = (slots: readonly Slot[]) => CollectorAnnouncement;

/** Who stays: by which name the group knows it, what it sees of the others, and what it tells them. */
export interface Member {
  readonly id: string;
  /** How many the log has. */
  readonly partitions: number;
  readonly views: Views;
  readonly describe: Describe;
}

/**
 * One stay in the group: owns its share of the partitions as members come and go, until `stop` aborts or the membership
 * is lost. Throws what no new stay can mend.
 */
export const stay = async (
  around: Surroundings,
  membership: Membership,
  { id: me, partitions, views, describe }: Member,
  stop: AbortSignal,
): Promise<void> => {
  const failure = new AbortController();
  const over = AbortSignal.any([stop, membership.lost, failure.signal]);
  const holding: Holding = {
    membership,
    wants: (part) => work.wants(part),
    freed: (parts, signal) => untilFreed(views.group, me, parts, signal),
  };
  const work = new SlotWork(
    (slot, stopSlot) => holdPartition(around, holding, slot, stopSlot),
    (error) => failure.abort(error),
  );
  const share = new Latest<string>();
  const announcing = announce(membership, () => describe(work.slots), share, over);
  while (!over.aborted) {
    const [group, known] = [views.group.value, views.generations.value];
    if (group !== undefined && known !== undefined) {
      const slots = slotsOf(shareOf(me, partitions, known.generations, group), known.generations);
      work.want(slots);
      const named = slots.map(contentOf).join();
      if (named !== share.value) share.set(named);
      // A claim whose answer was lost can come into being after it was given up.
      const strays = group.claims.filter(
        ({ part, member }) => member === me && !work.covers(part) && !work.wants(part),
      );
      if (strays.length > 0) await membership.release(strays, over).catch(() => undefined);
    }
    await nextLook(views, over);
  }
  await announcing;
  // Who folds nothing owns nothing: the others take over each partition as its last commit is done, not after all are.
  // They have to know before the first is free, or who took that one would be asked to share it out again.
  const leaving = { ...describe(work.slots), folds: [] };
  const told = membership.announce(leaving, membership.lost).catch(() => undefined);
  await Promise.race([told, pause(toldWithinMs, undefined, { ref: false })]);
  await Promise.all([work.end(), told]);
  if (failure.signal.aborted) throw failure.signal.reason;
};

/**
 * Waits until no other member is seen with a claim of these parts. What is seen may be old, either way: not much longer
 * than a change takes to arrive.
 */
const untilFreed = async (
  group: Latest<GroupView>,
  me: string,
  parts: readonly ModelPart[],
  signal: AbortSignal,
): Promise<void> => {
  const own = new Set(parts.map(nameOf));
  const isHeld = () => group.value?.claims.some(({ part, member }) => member !== me && own.has(nameOf(part)));
  const deadline = performance.now() + (isHeld() ? tryAgainMs : soonMs);
  do await changeOrPause([group], deadline - performance.now(), signal);
  while (isHeld() && performance.now() < deadline && !signal.aborted);
};

const nextLook = (views: Views, over: AbortSignal): Promise<void> =>
  changeOrPause([views.group, views.generations], lookAgainMs, over);

/**
 * Renews the announcement while there is news: at once when other partitions are worked on, else every second. One that
 * may not have arrived is made again, since there may be no news for long.
 */
const announce = async (
  membership: Membership,
  describe: () => CollectorAnnouncement,
  share: Latest<string>,
  over: AbortSignal,
) => {
  let said = '';
  while (!over.aborted) {
    const news = describe();
    const text = JSON.stringify(news, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    if (text !== said && (await membership.announce(news, over).catch(() => false))) said = text;
    await changeOrPause([share], announceEveryMs, over);
  }
};
