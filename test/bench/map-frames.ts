import { type Browser } from 'playwright-core';
import { startChromium } from '../browser/support/chromium.js';
import { replayFleet } from './replayed-fleet.js';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly tid: number;
  readonly pid: number;
  readonly ts: number;
  readonly dur?: number;
}

/** Milliseconds of work by frame: all that the thread of the page did from the end of one animation frame to the next. */
const framesOf = (events: readonly TraceEvent[]): readonly number[] => {
  const page = events.find(({ name }) => name === 'FireAnimationFrame');
  const own = events.filter(({ ph, pid, tid }) => ph === 'X' && pid === page?.pid && tid === page?.tid);
  const frames: number[] = [];
  let [work, counted] = [0, -Infinity];
  for (const { name, ts, dur = 0 } of own.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))) {
    // Events lie within each other; time that an outer one has counted is not counted again.
    work += Math.max(0, ts + dur - Math.max(ts, counted));
    counted = Math.max(counted, ts + dur);
    if (name !== 'FireAnimationFrame') continue;
    frames.push(work / 1000);
    work = 0;
  }
  return frames.slice(1);
};

const traced = async (browser: Browser, origin: string, gpus: number, seconds: number): Promise<readonly number[]> => {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  await page.goto(origin);
  await page.locator(`canvas.map[data-gpus="${String(gpus)}"]`).waitFor({ timeout: 120_000 });
  await page.waitForTimeout(3_000);
  await browser.startTracing(page, { categories: ['devtools.timeline'] });
  await page.waitForTimeout(seconds * 1_000);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    readonly traceEvents: readonly TraceEvent[];
  };
  await page.close();
  return framesOf(traceEvents);
};

/**
 * How much work the fleet map is with so many GPUs, each with a new value every second: from Chromium's own trace, for
 * each round the milliseconds of every frame, layout and paint with it.
 */
export const mapFrames = async (
  gpus: number,
  seconds: number,
  rounds: number,
): Promise<readonly (readonly number[])[]> => {
  const fleet = await replayFleet(gpus);
  const chromium = await startChromium();
  const all: (readonly number[])[] = [];
  try {
    for (let round = 0; round < rounds; round++) all.push(await traced(chromium.browser, fleet.origin, gpus, seconds));
  } finally {
    await chromium.close();
    fleet.close();
  }
  return all;
};
