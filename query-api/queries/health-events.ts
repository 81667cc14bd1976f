import { type HealthKind, signalNamed } from '../../domain/health-signals.js';
import { type ClusterId, type GpuUuid, type Hostname } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Condition, type Episode } from '../../projections/health/episode.document.js';
import { type DeviceKey } from '../model/device-order.js';
import { type Fleet, type FleetHealth } from '../model/fleet.js';
import { type DeviceHealth } from '../model/health-model.js';
import { type Clock } from './clock.js';
import { type HealthCondition, type HealthEvent } from './health-event.js';
import { notSeen } from './not-seen.js';

/** Which events: those of which everything given is true. */
export interface HealthFilter {
  readonly kind?: HealthKind | undefined;
  readonly ongoing?: boolean | undefined;
  readonly uuid?: GpuUuid | undefined;
  readonly hostname?: Hostname | undefined;
  readonly cluster?: ClusterId | undefined;
  /** Those that had not ended before `start`, and had begun by `end`. */
  readonly start?: Instant | undefined;
  readonly end?: Instant | undefined;
}

/** Undefined for a signal that this program does not know: a document of another version may have one. */
export const conditionOf = (sums: Condition, ongoing: boolean): HealthCondition | undefined => {
  const signal = signalNamed(sums.signal);
  if (!signal) return undefined;
  const { kind, cause, unit, metrics, rule } = signal;
  const { first, last, count, samples, worst } = sums;
  const code = rule.kind === 'code' ? sums.code : null;
  return { kind, cause, code, metric: metrics[0]!, first, last, count, samples, worst, unit, ongoing };
};

const deviceOf = (fleet: Fleet, { cluster, hostname, uuid }: DeviceHealth['document']): DeviceKey => {
  const views = fleet.everSeenAs(uuid);
  const index = views.find((view) => view.cluster === cluster && view.hostname === hostname)?.index ?? '';
  return { cluster, hostname, uuid, index };
};

/**
 * The signal, its code, the revision of the segment that began it, and how many like it that segment began later: one
 * segment may tell of the same error several times, even at one instant. Counted from the newest, because the oldest are
 * the ones that a document drops.
 */
const nameOf = (episodes: readonly Episode[], at: number): string => {
  const { signal, code, began } = episodes[at]!;
  let later = 0;
  // In the order in which they came to be known: those of one segment stand together.
  for (let i = at + 1; episodes[i]?.began === began; i++)
    if (episodes[i]!.signal === signal && episodes[i]!.code === code) later++;
  return [signal, String(code), String(began), ...(later > 0 ? [String(later)] : [])].join('/');
};

const eventOf = (device: DeviceKey, episode: Episode, name: string): readonly HealthEvent[] => {
  const condition = conditionOf(episode, episode.ended === null);
  const { cluster, hostname, uuid } = device;
  return condition ? [{ ...condition, id: [cluster, hostname, uuid, name].join('/'), device }] : [];
};

/** The kept episodes of a device for which something holds, as events. */
export const eventsOfDevice = (
  fleet: Fleet,
  { document }: Pick<DeviceHealth, 'document'>,
  holds: (episode: Episode) => boolean = () => true,
): readonly HealthEvent[] => {
  const device = deviceOf(fleet, document);
  const { episodes } = document;
  return episodes.flatMap((episode, at) => (holds(episode) ? eventOf(device, episode, nameOf(episodes, at)) : []));
};

export const passes = (filter: HealthFilter, { kind, ongoing, device, first, last }: HealthEvent): boolean =>
  (filter.kind ?? kind) === kind &&
  (filter.ongoing ?? ongoing) === ongoing &&
  (filter.uuid ?? device.uuid) === device.uuid &&
  (filter.hostname ?? device.hostname) === device.hostname &&
  (filter.cluster ?? device.cluster) === device.cluster &&
  (filter.start === undefined || last >= filter.start) &&
  (filter.end === undefined || first <= filter.end);

/** Every event that is kept, on every host where a GPU has been, and every GPU that is not seen; in no order. */
export const selectHealthEvents = (
  fleet: Fleet,
  health: FleetHealth,
  filter: HealthFilter,
  clock: Clock,
): readonly HealthEvent[] =>
  [...health.documents.devices().flatMap((device) => eventsOfDevice(fleet, device)), ...notSeen(fleet, clock)].filter(
    (event) => passes(filter, event),
  );
