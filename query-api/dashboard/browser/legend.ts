import { element, say } from './element.js';
import { inkOf, type Look, paintCell } from './map-paint.js';
import { quantity } from './quantities.js';
import { colours, type Scale, shades } from './scale.js';

const swatch = 14;
const shade = Math.round(shades * 0.6);

/** What a cell can look like, beside its colour. */
const looks: readonly (readonly [name: string, look: Look])[] = [
  ['Active', { status: 'active', shade }],
  ['Stale', { status: 'stale', shade }],
  ['Missing', { status: 'missing', shade }],
  ['No value', { status: 'active', shade: -1 }],
];

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
  readonly #swatches = looks.map(([name, look]) => ({ name, look, canvas: canvas(swatch, swatch) }));
  readonly root = element(
    'div',
    { class: 'legend' },
    element('span', { class: 'scale' }, this.#low, this.#bar, this.#high),
    element(
      'span',
      { class: 'keys' },
      ...this.#swatches.map(({ name, canvas: drawn }) => element('span', { class: 'key' }, drawn, name)),
    ),
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
    for (const { look, canvas: drawn } of this.#swatches) paintCell(drawn.getContext('2d')!, 0, 0, swatch, look, ink);
  }
}
