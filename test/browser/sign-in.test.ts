import assert from 'node:assert/strict';
import { openAccess } from '../../query-api/gateway-options.js';
import { type RunningGateway, startGateway } from '../query-api/support/running-gateway.js';
import { World } from '../query-api/support/world.js';
import { eventually } from '../support/eventually.js';
import { needsChromium, type RunningChromium, startChromium } from './support/chromium.js';
import { openPage } from './support/opened-page.js';

const token = 'a-token-for-browsers';

describe('a browser at a gateway with a read token', function () {
  if (!needsChromium()) return;
  this.timeout(240_000);
  let chromium: RunningChromium;
  let world: World;
  let gateway: RunningGateway;

  before(async () => {
    world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z', value: 50 }]);
    gateway = await startGateway(world, world.ports(), { ...openAccess, readTokens: [token] });
    chromium = await startChromium();
  });
  after(async () => {
    await chromium?.close();
    await gateway?.stop();
  });

  it('asks for the token, then shows the dashboard live, GraphiQL and Swagger UI, and asks again at the end', async () => {
    const opened = await openPage(chromium.browser, gateway.origin, '/');
    const { page, strays } = opened;
    const field = page.getByLabel('Read token');
    await field.fill('wrong');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('The gateway does not know this token.').waitFor();
    await field.fill(token);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.locator('canvas.map[data-gpus="1"]').waitFor();
    await page.locator('.link-state', { hasText: /Live|Quiet/ }).waitFor();
    const kept = 'JSON.stringify([location.href, document.cookie, { ...sessionStorage }, { ...localStorage }])';
    const seen = await page.evaluate<string>(kept);
    assert.doesNotMatch(seen, /telemetry_session|a-token-for/);

    await page.goto(`${gateway.origin}/swagger/`);
    await page.locator('.opblock-summary-path', { hasText: '/api/v1/gpus' }).first().waitFor();
    await page.goto(`${gateway.origin}/graphql`);
    await page.getByRole('button', { name: 'Execute query (Ctrl-Enter)' }).click();
    await page.locator('.result-window', { hasText: '"gpuCount": 1' }).waitFor();
    // A subscription: what it is told first, and what comes.
    await page.locator('.graphiql-query-editor').click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText('subscription Lag { projectionProgress(name: "gpu") { lagSegments } }');
    // GraphiQL reads it a moment later, and asks by HTTP until then.
    const execute = page.getByRole('button', { name: 'Execute query (Ctrl-Enter)' });
    const told = page.locator('.result-window', { hasText: '"lagSegments": 0' });
    const isFollowing = async (): Promise<boolean> => {
      if (await execute.isVisible()) await execute.click();
      return told.isVisible();
    };
    await eventually('GraphiQL follows the subscription', isFollowing, { everyMs: 500 });
    world.held = true;
    world.append([{ uuid: 'GPU-a', at: world.now, value: 60 }]);
    await page.locator('.result-window', { hasText: '"lagSegments": 1' }).waitFor();
    world.goOn();
    await page.getByRole('button', { name: 'Stop query (Ctrl-Enter)' }).click();

    await page.goto(`${gateway.origin}/`);
    await page.locator('canvas.map[data-gpus="1"]').waitFor();
    world.now = '2025-07-20T00:00:00Z';
    await page.getByLabel('Read token').waitFor();
    assert.deepEqual(strays, []);
    await opened.close();
  });
});
