import { type GpuHealth } from '../queries/gpu-health.js';
import { type HealthEvent } from '../queries/health-event.js';
import { wireGpuHealth, wireHealthEvent } from '../wire/health-event.js';
import { camelKeys } from './camel.js';
import { type GpuHealthType, type HealthEventType } from './types/health.type.js';

/** The same data as REST sends, under GraphQL's names. */
export const presentHealthEvent = (event: HealthEvent): HealthEventType =>
  camelKeys(wireHealthEvent(event)) as unknown as HealthEventType;

export const presentGpuHealth = (health: GpuHealth): GpuHealthType => {
  const wire = wireGpuHealth(health);
  return {
    ...camelKeys(wire),
    conditions: wire.conditions.map(camelKeys),
    events: wire.events.map(camelKeys),
  } as unknown as GpuHealthType;
};
