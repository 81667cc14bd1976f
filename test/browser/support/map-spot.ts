import { type Page } from 'playwright-core';

/** A cell of the map: where its middle is on the canvas, in CSS pixels, and what the page says of it. */
export interface MapSpot {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** How far the tip stands from the middle of the cell that it tells of. */
const tipOffset = 16;

/** Lets tips stand at their cells, also where they would not fit in at the right. Needs a page without its policy. */
export const thinTips = (page: Page): Promise<unknown> =>
  page.addStyleTag({ content: '.tip { box-sizing: border-box; width: 2px; padding: 0; white-space: nowrap; }' });

/** Presses a key on the map so often, at once: pressed one by one they would take most of a test's time. */
const press = (page: Page, key: string, times: number): Promise<void> =>
  page.evaluate(
    `for (let n = 0; n < ${String(times)}; n++)
      document.querySelector('canvas.map').dispatchEvent(new KeyboardEvent('keydown', { key: '${key}' }))`,
  );

/** Leads the arrow keys to a cell of a map of 40 hosts at most, with eight cells and thin tips, and says what is there. */
export const spotAt = async (page: Page, host: number, cell: number): Promise<MapSpot> => {
  await page.locator('canvas.map').focus();
  await press(page, 'ArrowUp', 40);
  await press(page, 'ArrowLeft', 8);
  await press(page, 'ArrowDown', host);
  await press(page, 'ArrowRight', cell);
  const tip = page.locator('.tip');
  const place = /translate\((-?\d+)px, (-?\d+)px\)/.exec((await tip.getAttribute('style')) ?? '');
  if (!place) throw new Error(`no tip at GPU ${String(cell)} of host ${String(host)}`);
  return { x: Number(place[1]) - tipOffset, y: Number(place[2]) - tipOffset, text: await tip.innerText() };
};

/** What stands on a canvas at a point in its own pixels, as `red green blue`. */
export const pixelAt = (page: Page, canvas: string, x: number, y: number): Promise<string> =>
  page.evaluate<string>(
    `[...document.querySelector(${JSON.stringify(canvas)}).getContext('2d')
      .getImageData(${String(Math.floor(x))}, ${String(Math.floor(y))}, 1, 1).data].slice(0, 3).join(' ')`,
  );

/** A colour of the style sheet on the map, as `red green blue`. */
export const colourOf = async (page: Page, name: string): Promise<string> => {
  const text = await page.evaluate<string>(
    `getComputedStyle(document.querySelector('canvas.map')).getPropertyValue(${JSON.stringify(name)}).trim()`,
  );
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)).join(' ');
};
