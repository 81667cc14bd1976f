import { chromiumPath, startChromium } from '../browser/support/chromium.js';
import { replayFleet } from './replayed-fleet.js';

/*
 * How fluid the fleet map is with 10,000 GPUs, each with a new value every second: from Chromium's own trace, the work
 * of the page's thread from one animation frame to the next, layout and paint with it. `node dist/test/bench/dashboard.bench.js [SECONDS]`
 */

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly tid: number;
  readonly pid: number;
  readonly ts: number;
  readonly dur?: number;
}

const gpus = 10_000;
const seconds = Number(process.argv[2] ?? 5);

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

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

if (chromiumPath() === undefined) throw new Error('no chromium: `apt-get install chromium`');
const fleet = await replayFleet(gpus);
const chromium = await startChromium();
const page = await chromium.browser.newPage({ viewport: { width: 1600, height: 1000 } });
await page.goto(fleet.origin);
await page.locator(`canvas.map[data-gpus="${String(gpus)}"]`).waitFor({ timeout: 120_000 });
await page.waitForTimeout(3_000);
await chromium.browser.startTracing(page, { categories: ['devtools.timeline'] });
await page.waitForTimeout(seconds * 1_000);
const { traceEvents } = JSON.parse((await chromium.browser.stopTracing()).toString()) as {
  readonly traceEvents: readonly TraceEvent[];
};
await chromium.close();
fleet.close();
const frames = [...framesOf(traceEvents)].sort((a, b) => a - b);
const shown = (value: number): string => `${value.toFixed(1)} ms`;
console.log(
  `${String(gpus)} GPUs at 1 Hz, ${String(seconds)} s: ${String(frames.length)} frames, ` +
    `median ${shown(at(frames, 0.5))}, p95 ${shown(at(frames, 0.95))}, longest ${shown(frames.at(-1) ?? NaN)}`,
);
