import { type GatewayAnnouncement } from '../../domain/gateway-announcement.js';
import { type GenerationRecord } from '../../domain/generation.js';

/** Milliseconds after which a generation that was active before is deleted, whoever still answers from it. */
export const longestRetirementMs = 60_000;

const isOn = (gateway: GatewayAnnouncement, { projection }: GenerationRecord, active: number): boolean =>
  gateway.generations.some((one) => one.projection === projection && one.generation >= active);

/**
 * Whether a retired generation may be deleted (promise R1): every live gateway answers from its successor, or time is up.
 *
 * @param active the number of the active generation of its projection
 * @param retiredForMs since it was first seen to be retired
 */
export const mayDelete = (
  retired: GenerationRecord,
  active: number,
  gateways: readonly GatewayAnnouncement[],
  retiredForMs: number,
): boolean => retiredForMs >= longestRetirementMs || gateways.every((gateway) => isOn(gateway, retired, active));
