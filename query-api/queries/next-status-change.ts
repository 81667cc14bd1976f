import { type Instant } from '../../domain/instant.js';
import { type Fleet } from '../model/fleet.js';
import { type Clock } from './clock.js';
import { statusTurns, type StatusLimits } from './status.js';
import { watermarkFor } from './watermark-for.js';

const turnsOf = (fleet: Fleet, limits: StatusLimits): readonly Instant[] => [
  ...[...fleet.devices, ...fleet.hosts].flatMap((one) => statusTurns(one.lastSeen, watermarkFor(fleet, one), limits)),
  ...fleet.clusters.flatMap((cluster) => statusTurns(cluster.watermark, cluster, limits)),
];

/** Distinct and in order; a few, since what was seen together turns together. */
const known = new WeakMap<Fleet, readonly Instant[]>();

const allTurns = (fleet: Fleet, limits: StatusLimits): readonly Instant[] => {
  const turns = known.get(fleet) ?? [...new Set(turnsOf(fleet, limits))].sort((a, b) => (a < b ? -1 : 1));
  known.set(fleet, turns);
  return turns;
};

/** When the first status after now changes with the clock alone; undefined when none will. */
export const nextStatusChange = (fleet: Fleet, clock: Clock): Instant | undefined =>
  allTurns(fleet, clock).find((turn) => turn > clock.now);
