import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser } from 'playwright-core';
import { startChromium } from './support/chromium.js';
import { FleetProcess } from './support/fleet-process.js';
import { picturesOn, type Shot, shots } from './support/shots.js';

/*
 * Takes the pictures of the dashboard that the README shows: `npm run screenshots`. With a folder
 * (`npm run screenshots -- FOLDER`) every page, light and dark, at a desk and on a phone, for looking at.
 */

const root = new URL('../../../', import.meta.url);

const take = async (browser: Browser, origin: string, shot: Shot, folder: string): Promise<void> => {
  const context = await browser.newContext({ viewport: shot.viewport, colorScheme: shot.theme });
  const page = await context.newPage();
  page.on('console', (message) => console.log(`${shot.name}: ${message.text()}`));
  page.on('pageerror', (error) => console.log(`${shot.name}: ${error.message}`));
  await page.goto(`${origin}${shot.path}`);
  await page.locator(shot.awaited).first().waitFor();
  // A few seconds of life, so that everything that is asked for every few seconds has come.
  await page.waitForTimeout(4_000);
  await page.screenshot({ path: join(folder, shot.name) });
  await context.close();
};

const [given] = process.argv.slice(2);
const folder = given ?? fileURLToPath(new URL('deploy/screenshots/', root));
const wanted = given === undefined ? picturesOn(new URL('README.md', root)) : shots.map(({ name }) => name);
await mkdir(folder, { recursive: true });
const tickMs = 10_000;
const pastTicks = 90;
const plan = { gpus: 247, begin: Date.now() - pastTicks * tickMs, tickMs, pastTicks, troubled: true, parts: 1 };
const fleet = await FleetProcess.start(plan, { missingAfterMs: 1_800_000 });
const chromium = await startChromium();
for (const shot of shots.filter(({ name }) => wanted.includes(name)))
  await take(chromium.browser, fleet.origin, shot, folder);
await chromium.close();
await fleet.kill();
