import { type Page } from 'playwright-core';
import { type Row } from '../../query-api/support/made-rows.js';
import { type FleetPlan, gpuOf } from './made-fleet.js';

/** A fleet of 247 GPUs in trouble, ten seconds old, unless told otherwise. */
export const planOf = (more: Partial<FleetPlan> = {}): FleetPlan => ({
  ...{ gpus: 247, tickMs: 1_000, pastTicks: 10, troubled: true, parts: 1 },
  begin: Date.now() - (more.pastTicks ?? 10) * (more.tickMs ?? 1_000),
  ...more,
});

/** Resolves when the map shows so many GPUs of those that are asked for. */
export const gpusOnMap = (page: Page, count: number): Promise<void> =>
  page.locator(`canvas.map[data-gpus="${String(count)}"]`).waitFor({ timeout: 60_000 });

/** A value of a metric that nothing else of the fleet has, so that it stays. */
export const encoder = (gpu: number, value: number): Row => ({
  ...{ ...gpuOf(gpu), at: new Date().toISOString() },
  ...{ metric: 'DCGM_FI_DEV_ENC_UTIL', value },
});
