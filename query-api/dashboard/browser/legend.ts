import { statuses, type GpuStatus } from './address.js';
import { element, say } from './element.js';
import { inkOf, paintCell } from './map-paint.js';
import { quantity } from './quantities.js';
import { colours, type Scale, shades } from './scale.js';

const names: Readonly<Record<GpuStatus, string>> = { active: 'Active', stale: 'Stale', missing: 'Missing' };
const swatch = 14;

const canvas = (width: number, height: number): HTMLCanvasElement => {
  const made = element('canvas', { 'aria-hidden': 'true' });
  made.width = width * 2;
  made.height = height * 2;
  made.style.width = `${String(width)}px`;
  made.style.height = `${String(height)}px`;
  made.getContext('2d')!.scale(2, 2);
  return made;
};

/** What colours and shapes of the map mean. */
export class Legend {
  readonly #low = element('span');
  readonly #high = element('span');
  readonly #bar = canvas(160, 10);
  readonly #swatches = statuses.map((status) => ({ status, canvas: canvas(swatch, swatch) }));
  readonly root = element(
    'div',
    { class: 'legend' },
    element('span', { class: 'scale' }, this.#low, this.#bar, this.#high),
    ...this.#swatches.map(({ status, canvas: drawn }) => element('span', { class: 'key' }, drawn, names[status])),
  );

  show(metric: string, { low, high }: Scale): void {
    say(this.#low, quantity(metric, low));
    say(this.#high, quantity(metric, high));
  }

  /** Paints it in the colours of the page as they are now. */
  paint(): void {
    const bar = this.#bar.getContext('2d')!;
    colours.forEach((colour, i) => {
      bar.fillStyle = colour;
      bar.fillRect((i * 160) / shades, 0, 160 / shades + 0.5, 10);
    });
    const ink = inkOf(this.root);
    for (const { status, canvas: drawn } of this.#swatches)
      paintCell(drawn.getContext('2d')!, 0, 0, swatch, { status, shade: Math.round(shades * 0.6) }, ink);
  }
}
