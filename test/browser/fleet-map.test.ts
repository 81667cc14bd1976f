import assert from 'node:assert/strict';
import { type Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { needsChromium, type RunningChromium, startChromium } from './support/chromium.js';
import { encoder, gpusOnMap, planOf } from './support/fleet-page.js';
import { FleetProcess } from './support/fleet-process.js';
import { gpuOf } from './support/made-fleet.js';
import { colourOf, type MapSpot, pixelAt, spotAt, thinTips } from './support/map-spot.js';
import { assertClean, openPage } from './support/opened-page.js';

const options = { viewport: { width: 760, height: 900 }, bypassCSP: true };

const map = 'canvas.map';
const bar = '.legend .scale canvas';

/** Numbers in a text, the first of each match. */
const numberIn = (text: string | null, what: RegExp): number => Number(what.exec(text ?? '')?.[1] ?? NaN);

/** The colour that the legend gives the temperature which the page says a cell has. */
const colourByLegend = async (page: Page, { text }: MapSpot): Promise<string> => {
  const ends = await page.locator('.legend .scale span').allInnerTexts();
  const [low, high] = ends.map((end) => numberIn(end, /^(\d+) °C$/));
  const value = numberIn(text, /Temperature: ([\d.]+) °C/);
  const width = Number(await page.locator(bar).getAttribute('width'));
  return pixelAt(page, bar, ((value - low!) / (high! - low!)) * width, 10);
};

/** Of a cell what stands in its middle, its lower left, its upper right and its left, by what has that colour. */
const looksOf = async (page: Page, spot: MapSpot, quarter: number): Promise<readonly string[]> => {
  const names = new Map([
    [await colourOf(page, '--faint'), 'faint'],
    [await colourOf(page, '--panel'), 'background'],
    [await colourByLegend(page, spot), 'value'],
  ]);
  const points = [
    [0, 0],
    [-quarter, quarter],
    [quarter, -quarter],
    [-quarter, 0],
  ] as const;
  const colours = await Promise.all(points.map(([x, y]) => pixelAt(page, map, spot.x + x, spot.y + y)));
  return colours.map((colour) => names.get(colour) ?? colour);
};

describe('the fleet map in a browser', function () {
  if (!needsChromium()) return;
  this.timeout(240_000);
  let chromium: RunningChromium;

  before(async () => (chromium = await startChromium()));
  after(() => chromium?.close());

  it('paints each cell in the colour that its value has by the legend, and statuses as shapes', async () => {
    const aged = planOf({ tickMs: 10_000, pastTicks: 90 });
    const fleet = await FleetProcess.start(aged, { missingAfterMs: 1_800_000 });
    const opened = await openPage(chromium.browser, fleet.origin, '/?metric=temperature', options);
    const { page } = opened;
    await thinTips(page);
    await gpusOnMap(page, 247);
    const [first, second] = [await spotAt(page, 0, 0), await spotAt(page, 0, 1)];
    const quarter = Math.floor((second.x - first.x) / 4);
    const shows = (what: string, host: number, cell: number, said: RegExp, looks: readonly string[]): Promise<void> =>
      eventually(`${what} looks so`, async () => {
        const spot = await spotAt(page, host, cell);
        assert.match(spot.text, said);
        return (await looksOf(page, spot, quarter)).every((look, n) => looks[n] === 'any' || look === looks[n]);
      });
    const everyShape = async (): Promise<void> => {
      await shows('a hot GPU', 10, 3, /active\n.*88 °C/, ['value', 'value', 'value', 'value']);
      await shows('a cool GPU', 0, 0, /active/, ['value', 'value', 'value', 'value']);
      await shows('a stale GPU', 6, 2, /stale/, ['any', 'value', 'background', 'value']);
      await shows('a missing GPU', 19, 3, /missing/, ['any', 'any', 'any', 'background']);
      const { x, y } = await spotAt(page, 19, 3);
      const outwards = Array.from({ length: 2 * quarter + 1 }, (_, n) => x - n);
      const edge = await Promise.all(outwards.map((at) => pixelAt(page, map, at, y)));
      assert.ok(edge.includes(await colourOf(page, '--muted')), 'a missing GPU has an outline');
    };
    await everyShape();
    await page.emulateMedia({ colorScheme: 'dark' });
    await everyShape();
    await page.getByRole('button', { name: 'Missing' }).click();
    await shows('a GPU that is not asked for', 0, 0, /active/, ['faint', 'background', 'background', 'background']);
    assertClean(opened);
    await opened.close();
    await fleet.kill();
  });

  it('leaves every GPU where it is when statuses change, whatever is asked for', async () => {
    const fleet = await FleetProcess.start(planOf({ gpus: 64 }), { staleAfterMs: 3_000, missingAfterMs: 1_800_000 });
    const opened = await openPage(chromium.browser, fleet.origin, '/?status=active', options);
    const { page } = opened;
    await thinTips(page);
    await gpusOnMap(page, 56);
    const places = async () => {
      const spots = [await spotAt(page, 2, 5), await spotAt(page, 6, 1), await spotAt(page, 7, 3)];
      return [...spots.map(({ x, y, text }) => [x, y, text.split('\n')[0]]), await page.locator(map).boundingBox()];
    };
    const before = await places();
    assert.deepEqual(before[2]!, [...(before[2] as unknown[]).slice(0, 2), `${gpuOf(59).host} · GPU 3`]);
    fleet.tell({ kind: 'hush' });
    await gpusOnMap(page, 0);
    await page.getByText('No GPU matches').waitFor();
    assert.deepEqual(await places(), before);
    await page.getByRole('button', { name: 'Stale' }).click();
    await gpusOnMap(page, 64);
    assert.deepEqual(await places(), before);
    assertClean(opened);
    await opened.close();
    await fleet.kill();
  });

  /** For the page: resolves when it has painted what was asked for before. */
  const painted = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';

  it('shows another metric in place: nothing is opened anew, its values come live, keys lead at once', async () => {
    const seldom = planOf({ gpus: 64, troubled: false, tickMs: 60_000, pastTicks: 2 });
    const fleet = await FleetProcess.start(seldom);
    const opened = await openPage(chromium.browser, fleet.origin, '/', { viewport: { width: 1280, height: 500 } });
    const { page } = opened;
    await gpusOnMap(page, 64);
    const choice = page.getByLabel('Colour by');
    await choice.focus();
    await page.evaluate(
      `document.activeElement.isIt = true; document.querySelector('${map}').isIt = true; scrollTo(0, 120)`,
    );
    await choice.selectOption('encoder_utilization');
    const kept = `[document.activeElement.isIt, document.querySelector('${map}').isIt, scrollY]`;
    assert.deepEqual(await page.evaluate(kept), [true, true, 120]);
    const [first, second] = [await spotAt(page, 2, 1), await spotAt(page, 2, 2)];
    const beside = Math.floor((second.x - first.x - 3) / 2) + 1;
    const accent = await colourOf(page, '--accent');
    const hasRing = async ({ x, y }: MapSpot): Promise<boolean> => {
      await page.evaluate(painted);
      return (await pixelAt(page, map, x - beside, y)) === accent;
    };
    await spotAt(page, 2, 1);
    assert.deepEqual([await hasRing(first), await hasRing(second)], [true, false]);
    await page.keyboard.press('ArrowRight');
    assert.deepEqual([await hasRing(first), await hasRing(second)], [false, true]);
    fleet.tell({ kind: 'append', rows: [encoder(9, 42)] });
    await eventually('the map tells the new value', async () => /Encoder: 42%/.test((await spotAt(page, 1, 1)).text));
    assertClean(opened);
    await opened.close();
    await fleet.kill();
  });
});
