import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { type GatewayAnnouncement } from '../../domain/gateway-announcement.js';
import { type GroupView } from '../../domain/collector-group.js';
import { type ProjectionName } from '../../domain/generation.js';
import { type GenerationsView } from '../../domain/generation-registry.js';
import { type Instant } from '../../domain/instant.js';
import { segmentVersion } from '../../domain/segment/frame.js';
import { type Projection } from '../projection.js';
import { Chores } from './chores.js';
import { Counters } from './counters.js';
import { ensureGenerations } from './ensure-generations.js';
import { Latest } from './latest.js';
import { type Slot } from './slots.js';
import { Precedence } from './precedence.js';
import { stay, type Views } from './stay.js';
import { SuspendedFolds } from './suspended-folds.js';
import { type CollectorPorts, type Surroundings } from './surroundings.js';
import { tendBuilds } from './tend-builds.js';
import { upgradeLater } from './upgrade-later.js';

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
  const found = await groupNow(ports, signal);
  const { refusals, notices, waits } = await ensureGenerations(
    ports.registry,
    projections,
    { foldedBy: foldedAmong(() => found), archive: ports.archive && (ports.archive.held ?? 'unreadable') },
    startedAt,
    signal,
  );
  if (refusals.length > 0) return { kind: 'refused', reasons: refusals };
  notices.forEach(ports.notice);

  const broken = new AbortController();
  const stop = AbortSignal.any([signal, broken.signal]);
  const fail = (error: unknown) => (stop.aborted ? undefined : broken.abort(error));
  const views = {
    group: new Latest<GroupView>(),
    generations: new Latest<GenerationsView>(),
    gateways: new Latest<readonly GatewayAnnouncement[]>(),
  };
  const around = surroundingsOf(ports, options, views);
  const beside = [...follow(ports, views, stop), tendBuilds(around, options.id, options.partitions, views, stop)];
  const folded = foldedAmong(() => views.group.value ?? found);
  const upgrading = waits ? upgradeLater(ports, projections, folded, startedAt, stop) : undefined;
  // The first of them to fail ends the others.
  const ended = Promise.all([...beside.map((one) => one.catch(fail)), upgrading]);
  let refused: string | undefined;
  try {
    refused = await stayAgainAndAgain(around, options, views, stop);
  } catch (error) {
    fail(error);
  }
  broken.abort();
  await ended;
  if (refused !== undefined) return { kind: 'refused', reasons: [refused] };
  if (!signal.aborted && broken.signal.reason instanceof Error) throw broken.signal.reason;
  return { kind: 'stopped' };
};

const surroundingsOf = (ports: CollectorPorts, { id, projections }: CollectorOptions, views: Views): Surroundings => ({
  ...ports,
  projections,
  counters: new Counters(),
  suspended: new SuspendedFolds(),
  precedence: new Precedence(() => othersAreBehind(id, views)),
  chores: new Chores(),
});

const follow = (
  { group, registry, builds }: CollectorPorts,
  views: Views,
  stop: AbortSignal,
): readonly Promise<void>[] => [
  views.group.follow(group.follow(stop)),
  views.generations.follow(registry.follow(stop)),
  views.gateways.follow(builds.gateways(stop)),
];

/** True while another collector catches up with what queries answer from, or a gateway loads it. */
const othersAreBehind = (me: string, { group, gateways }: Views): boolean => {
  const members = group.value?.members ?? [];
  return (
    members.some(({ id, behind = 0 }) => id !== me && behind > 0) ||
    (gateways.value ?? []).some(({ loading }) => loading === true)
  );
};

/** The versions of a projection that live collectors fold. */
const foldedAmong =
  (group: () => GroupView) =>
  (name: ProjectionName): readonly number[] =>
    group().members.flatMap(({ folds }) =>
      folds.filter((fold) => fold.projection === name).map(({ version }) => version),
    );

const groupNow = async ({ group }: CollectorPorts, signal: AbortSignal): Promise<GroupView> => {
  const seen = new AbortController();
  try {
    for await (const view of group.follow(AbortSignal.any([signal, seen.signal]))) return view;
    return { members: [], claims: [] };
  } finally {
    seen.abort();
  }
};

/** Until `stop` aborts, or why it cannot join (again). */
const stayAgainAndAgain = async (
  around: Surroundings,
  options: CollectorOptions,
  views: Views,
  stop: AbortSignal,
): Promise<string | undefined> => {
  const { id, partitions, leaseSeconds } = options;
  const { counters, group, notice } = around;
  const describe = (slots: readonly Slot[]) => describeCollector(options, around, slots);
  // First without joining: one that is started again and again is given no partitions, only to give them back.
  const early = await group.refusal(describe([]), stop);
  if (early !== undefined) return early;
  for (let stays = 0; !stop.aborted; stays++) {
    if (stays > 0) counters.waitsFor('its lease was lost, and etcd has not given it another');
    const membership = await group.join(describe([]), leaseSeconds, stop);
    counters.goesOn();
    try {
      // It has been announced: whoever raises what may stand in the log from now on takes it into account.
      const refusal = await group.refusal(describe([]), stop);
      if (refusal !== undefined) return refusal;
      if (stays === 0) options.ready?.();
      else notice('The lease was lost; joined again.');
      await stay(around, membership, { id, partitions, views, describe }, stop);
    } finally {
      await membership.leave();
    }
  }
  return undefined;
};

const describeCollector = (
  options: CollectorOptions,
  { counters, precedence, archive }: Surroundings,
  slots: readonly Slot[],
): CollectorAnnouncement => {
  const { behind } = precedence;
  const held = archive?.held;
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
    ...(behind > 0 && { behind }),
    ...(held && { archive: held }),
    segments: segmentVersion,
    rates: counters.rates(
      slots.flatMap(({ parts }) => parts),
      performance.now(),
    ),
  };
  options.progress?.(announcement);
  return announcement;
};
