import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser } from 'playwright-core';
import { startChromium } from './support/chromium.js';
import { FleetProcess } from './support/fleet-process.js';
import { gpuOf } from './support/made-fleet.js';

/*
 * Takes the pictures of the dashboard that the README shows, and more for looking at:
 * `node dist/test/browser/screenshots.main.js FOLDER`.
 */

const screens = { desk: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } } as const;

const pages = {
  fleet: '/',
  host: `/?host=${gpuOf(88).host}&cluster=local-cluster`,
  gpu: `/?gpu=${gpuOf(90).uuid}`,
} as const;

type Shot = readonly [page: keyof typeof pages, screen: keyof typeof screens, theme: 'light' | 'dark'];

const shots: readonly Shot[] = [
  ['fleet', 'desk', 'light'],
  ['fleet', 'desk', 'dark'],
  ['fleet', 'phone', 'dark'],
  ['host', 'desk', 'light'],
  ['host', 'desk', 'dark'],
  ['host', 'phone', 'light'],
  ['gpu', 'desk', 'light'],
  ['gpu', 'desk', 'dark'],
  ['gpu', 'phone', 'light'],
];

const take = async (browser: Browser, origin: string, [name, screen, theme]: Shot, folder: string): Promise<void> => {
  const context = await browser.newContext({ viewport: screens[screen], colorScheme: theme });
  const page = await context.newPage();
  page.on('console', (message) => console.log(`${name}: ${message.text()}`));
  page.on('pageerror', (error) => console.log(`${name}: ${error.message}`));
  await page.goto(`${origin}${pages[name]}`);
  await page
    .locator(name === 'fleet' ? 'canvas[data-gpus="247"]' : '.chart canvas')
    .first()
    .waitFor();
  // A few seconds of life, so that everything that is asked for every few seconds has come.
  await page.waitForTimeout(4_000);
  await page.screenshot({ path: join(folder, `${name}-${screen}-${theme}.png`) });
  await context.close();
};

const folder = process.argv[2] ?? 'screenshots';
await mkdir(folder, { recursive: true });
const tickMs = 10_000;
const pastTicks = 90;
const plan = { gpus: 247, begin: Date.now() - pastTicks * tickMs, tickMs, pastTicks, troubled: true, parts: 1 };
const fleet = await FleetProcess.start(plan, { missingAfterMs: 1_800_000 });
const chromium = await startChromium();
for (const shot of shots) await take(chromium.browser, fleet.origin, shot, folder);
await chromium.close();
await fleet.kill();
