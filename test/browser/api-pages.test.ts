import assert from 'node:assert/strict';
import { type Page } from 'playwright-core';
import { type RunningGateway, startGateway } from '../query-api/support/running-gateway.js';
import { World } from '../query-api/support/world.js';
import { needsChromium, type RunningChromium, startChromium } from './support/chromium.js';
import { assertClean, openPage } from './support/opened-page.js';

/** How light the page is behind everything, 0 to 255. */
const lightness = (page: Page): Promise<number> =>
  page.evaluate<number>(
    `Math.max(...getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number))`,
  );

describe('the pages of the API in a browser', function () {
  if (!needsChromium()) return;
  this.timeout(240_000);
  let chromium: RunningChromium;
  let gateway: RunningGateway;

  before(async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z', value: 50 }]);
    gateway = await startGateway(world);
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.close();
    await gateway?.stop();
  });

  it('Swagger UI is as dark as the system, and follows it', async () => {
    const opened = await openPage(chromium.browser, gateway.origin, '/swagger/', { colorScheme: 'dark' });
    const { page } = opened;
    await page.locator('.opblock-summary-path').first().waitFor();
    await page.locator('html.dark-mode').waitFor();
    assert.ok((await lightness(page)) < 64);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.locator('html:not(.dark-mode)').waitFor();
    assertClean(opened);
    await opened.close();
  });

  it('GraphiQL asks for nothing that is not there, and shows its answer on a phone, too', async () => {
    const opened = await openPage(chromium.browser, gateway.origin, '/graphql', {
      viewport: { width: 390, height: 844 },
    });
    const { page } = opened;
    await page.getByRole('button', { name: 'Execute query (Ctrl-Enter)' }).click();
    const answer = page.locator('.result-window', { hasText: '"gpuCount": 1' });
    await answer.waitFor();
    const { width, height } = (await answer.boundingBox())!;
    assert.ok(width > 250 && height > 200, `${String(width)} by ${String(height)}`);
    assertClean(opened);
    await opened.close();
  });
});
