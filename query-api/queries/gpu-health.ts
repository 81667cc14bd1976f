import { type Fleet, type FleetHealth } from '../model/fleet.js';
import { type Gpu } from './gpus.js';
import { type HealthCondition, type HealthEvent } from './health-event.js';
import { conditionOf, eventsOfDevice } from './health-events.js';
import { absenceOf } from './not-seen.js';

/** What is and was wrong with a GPU at its present host. */
export interface GpuHealth {
  readonly gpu: Gpu;
  /** Sums over everything that was ever wrong, in the order of first sight. */
  readonly conditions: readonly HealthCondition[];
  /** True where there were more conditions than a document holds. */
  readonly truncated: boolean;
  /** The newest ones, in the order in which they came to be known. */
  readonly events: readonly HealthEvent[];
  /** Older ones that are in the sums alone. */
  readonly dropped: number;
}

export const healthOfGpu = (fleet: Fleet, health: FleetHealth, gpu: Gpu): GpuHealth => {
  const document = health.documents.of(gpu.view);
  const absences = gpu.status === 'active' ? [] : [absenceOf(fleet, gpu)];
  const conditions = (document?.conditions ?? []).flatMap((sums) => {
    const { signal, code } = sums;
    const open = document!.episodes.some((one) => one.signal === signal && one.code === code && one.ended === null);
    return conditionOf(sums, open) ?? [];
  });
  return {
    gpu,
    conditions: [...conditions, ...absences],
    truncated: document?.truncated ?? false,
    events: [...(document ? eventsOfDevice(fleet, { document }) : []), ...absences],
    dropped: document?.dropped ?? 0,
  };
};

/** Whether nothing is wrong now, as far as the metrics that are sampled tell. */
export const isHealthy = ({ conditions }: GpuHealth): boolean => conditions.every(({ ongoing }) => !ongoing);
