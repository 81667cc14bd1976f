import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { type GroupView } from '../../domain/collector-group.js';
import { type GenerationsView } from '../../domain/generation-registry.js';
import { type Instant } from '../../domain/instant.js';
import { type Projection } from '../projection.js';
import { Counters } from './counters.js';
import { ensureGenerations } from './ensure-generations.js';
import { Latest } from './latest.js';
import { type Slot } from './slots.js';
import { stay } from './stay.js';
import { type CollectorPorts } from './surroundings.js';

export interface CollectorOptions {
  /** Different for each process; the name is for people. */
  readonly id: string;
  readonly name: string;
  readonly pid: number;
  readonly startedAt: Instant;
  /** Seconds that a crashed collector's partitions stay with it. */
  readonly leaseSeconds: number;
  /** How many the log has. */
  readonly partitions: number;
  readonly projections: readonly Projection[];
  /** Called when the collector has joined for the first time, and with each announcement that it makes. */
  readonly ready?: () => void;
  readonly progress?: (announcement: CollectorAnnouncement) => void;
}

/** Why a collector ended. */
export type CollectorEnd =
  | { readonly kind: 'stopped' }
  /** It must not run here: each reason says what to do. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };

/**
 * Folds its share of the log into read models until the signal aborts: joins the group, owns partitions as the others
 * come and go, and joins again when its lease was lost. Leaving hands everything over at once. Throws when etcd does
 * not answer at the start, and when history was rolled back.
 */
export const runCollector = async (
  ports: CollectorPorts,
  options: CollectorOptions,
  signal: AbortSignal,
): Promise<CollectorEnd> => {
  const { projections, startedAt } = options;
  const { refusals, warnings } = await ensureGenerations(ports.registry, projections, startedAt, signal);
  if (refusals.length > 0) return { kind: 'refused', reasons: refusals };
  warnings.forEach(ports.notice);

  const broken = new AbortController();
  const stop = AbortSignal.any([signal, broken.signal]);
  const fail = (error: unknown) => (stop.aborted ? undefined : broken.abort(error));
  const views = { group: new Latest<GroupView>(), generations: new Latest<GenerationsView>() };
  const following = Promise.all([
    views.group.follow(ports.group.follow(stop)).catch(fail),
    views.generations.follow(ports.registry.follow(stop)).catch(fail),
  ]);
  try {
    await stayAgainAndAgain(ports, options, views, stop);
  } catch (error) {
    fail(error);
  }
  broken.abort();
  await following;
  if (!signal.aborted && broken.signal.reason instanceof Error) throw broken.signal.reason;
  return { kind: 'stopped' };
};

const stayAgainAndAgain = async (
  ports: CollectorPorts,
  options: CollectorOptions,
  views: Parameters<typeof stay>[4],
  stop: AbortSignal,
): Promise<void> => {
  const { id, partitions, projections, leaseSeconds } = options;
  const counters = new Counters();
  const around = { ...ports, projections, counters };
  const describe = (slots: readonly Slot[]) => describeCollector(options, counters, slots);
  for (let stays = 0; !stop.aborted; stays++) {
    if (stays > 0) counters.waitsFor('its lease was lost, and etcd has not given it another');
    const membership = await ports.group.join(describe([]), leaseSeconds, stop);
    counters.goesOn();
    if (stays === 0) options.ready?.();
    else ports.notice('The lease was lost; joined again.');
    try {
      await stay(around, membership, id, partitions, views, describe, stop);
    } finally {
      await membership.leave();
    }
  }
};

const describeCollector = (
  options: CollectorOptions,
  counters: Counters,
  slots: readonly Slot[],
): CollectorAnnouncement => {
  const announcement: CollectorAnnouncement = {
    id: options.id,
    name: options.name,
    pid: options.pid,
    started_at: options.startedAt,
    folds: options.projections.map(({ name, version }) => ({ projection: name, version })),
    partitions: [...new Set(slots.map(({ partition }) => partition))].sort((a, b) => a - b),
    events: counters.events,
    commits: counters.commits,
    events_per_second: counters.rate(performance.now()),
    waiting_segments: counters.waitingSegments,
    settled_commits: counters.settled,
    refused_commits: counters.refused,
    waiting: counters.waiting ?? null,
    stopped: counters.stops,
  };
  options.progress?.(announcement);
  return announcement;
};
