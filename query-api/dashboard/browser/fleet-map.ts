import { type GpuStatus } from './address.js';
import { element } from './element.js';
import { fitted } from './fitted.js';
import { cellAt, hit, type HostRow, layOut, type Layout, rowAt } from './fleet-layout.js';
import { type Gpu } from './feed-messages.js';
import { type Column } from './gpu-table.js';
import { type Ink, inkOf, paintCell } from './map-paint.js';
import { type Scale, shadeOf } from './scale.js';

const ring = 2;
const labelFont = '12px system-ui, sans-serif';
/** Between a hostname and its cells. */
const labelGap = 14;
const looks = ['active', 'stale', 'missing', 'other'] as const;
/** What is painted is kept by place as one number, the status above eight bits of the shade; of which this is "no value". */
const noShade = 255;
/** And this number is "not painted yet". */
const unpainted = 0xffff;

const isSame = (rows: readonly HostRow[], others: readonly HostRow[]): boolean =>
  rows.length === others.length &&
  rows.every(({ cluster, hostname, places }, n) => {
    const other = others[n]!;
    return cluster === other.cluster && hostname === other.hostname && places.join() === other.places.join();
  });

/** A GPU, or a host where the cell is −1. */
export interface Spot {
  readonly host: number;
  readonly cell: number;
}

/** Hosts as rows and GPUs as cells on a canvas; paints only cells that look different than before. */
export class FleetMap {
  readonly canvas = element('canvas', { class: 'map', tabindex: '0', role: 'application' });
  readonly #context = this.canvas.getContext('2d', { alpha: false })!;
  #rows: readonly HostRow[] = [];
  #layout: Layout = layOut([], 1, 1, 0);
  #ink: Ink = inkOf(document.documentElement);
  #painted = new Uint16Array(0);
  #laidOutFor = '';
  #whole = true;
  #cursor: Spot | undefined;

  get rows(): readonly HostRow[] {
    return this.#rows;
  }

  get cursor(): Spot | undefined {
    return this.#cursor;
  }

  /**
   * Lays hosts out, where they are other ones than before or have another room: what is where stays there.
   *
   * @param room height that the map should not exceed where that can be, in CSS pixels
   */
  arrange(rows: readonly HostRow[], width: number, room: number): void {
    const laidOutFor = `${String(width)} ${String(room)} ${String(devicePixelRatio)}`;
    if (laidOutFor === this.#laidOutFor && isSame(rows, this.#rows)) return;
    this.#laidOutFor = laidOutFor;
    const at = this.#cursor && this.#rows[this.#cursor.host]?.places[this.#cursor.cell];
    this.#rows = rows;
    this.#context.font = labelFont;
    // Whole pixels, so that cells have sharp edges.
    const longest = Math.max(0, ...rows.map(({ name }) => this.#context.measureText(name).width));
    const label = Math.ceil(longest) + labelGap;
    this.#layout = layOut(rows, width, room, label);
    const host = at === undefined ? -1 : rows.findIndex(({ places }) => places.includes(at));
    this.#cursor = host < 0 ? undefined : { host, cell: rows[host]!.places.indexOf(at!) };
    const ratio = devicePixelRatio;
    const height = Math.max(1, this.#layout.height);
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${String(width)}px`;
    this.canvas.style.height = `${String(height)}px`;
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.repaint();
  }

  /** Everything is painted at the next call of {@link paint}. */
  repaint(): void {
    this.#whole = true;
  }

  moveCursor(spot: Spot | undefined): void {
    this.#cursor = spot;
    this.repaint();
  }

  at(event: MouseEvent): Spot | undefined {
    const { left, top } = this.canvas.getBoundingClientRect();
    return hit({ x: event.clientX - left, y: event.clientY - top }, this.#rows, this.#layout);
  }

  /** The middle of a cell, from the upper left corner of the canvas. */
  middleOf({ host, cell }: Spot): { readonly x: number; readonly y: number } {
    const { x, y } = cellAt(host, Math.max(0, cell), this.#layout);
    return { x: x + this.#layout.size / 2, y: y + this.#layout.size / 2 };
  }

  /** Paints what has changed since the last time. @param asked GPUs of other statuses are only hinted at; all when undefined */
  paint(gpus: readonly Gpu[], shown: Column | undefined, scale: Scale, asked: GpuStatus | undefined): void {
    if (this.#painted.length < gpus.length) this.#painted = new Uint16Array(gpus.length).fill(unpainted);
    if (this.#whole) this.#clear();
    const { size } = this.#layout;
    this.#rows.forEach(({ places }, host) => {
      places.forEach((place, cell) => {
        const value = shown?.values[place] ?? NaN;
        const shade = Number.isNaN(value) ? noShade : shadeOf(value, scale);
        const { status } = gpus[place]!;
        const look = asked === undefined || status === asked ? status : 'other';
        const painted = (looks.indexOf(look) << 8) | (look === 'other' ? noShade : shade);
        if (this.#painted[place] === painted) return;
        this.#painted[place] = painted;
        const { x, y } = cellAt(host, cell, this.#layout);
        paintCell(this.#context, x, y, size, { status: look, shade: shade === noShade ? -1 : shade }, this.#ink);
      });
    });
    if (this.#whole) this.#paintCursor();
    this.#whole = false;
  }

  #clear(): void {
    this.#ink = inkOf(this.canvas);
    this.#painted.fill(unpainted);
    this.#context.fillStyle = this.#ink.background;
    this.#context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    if (this.#layout.labelWidth > 0) this.#paintLabels();
  }

  #paintLabels(): void {
    const { labelWidth, size } = this.#layout;
    this.#context.fillStyle = this.#ink.text;
    this.#context.font = labelFont;
    this.#context.textBaseline = 'middle';
    this.#rows.forEach(({ name }, host) => {
      const { x, y } = rowAt(host, this.#layout);
      const label = fitted(name, labelWidth - labelGap + 1, (text) => this.#context.measureText(text).width);
      this.#context.fillText(label, x, y + size / 2 + 0.5);
    });
  }

  #paintCursor(): void {
    if (!this.#cursor) return;
    const { x, y } = cellAt(this.#cursor.host, this.#cursor.cell, this.#layout);
    const { size } = this.#layout;
    this.#context.strokeStyle = this.#ink.accent;
    this.#context.lineWidth = ring;
    this.#context.strokeRect(x - ring / 2, y - ring / 2, size + ring, size + ring);
  }
}
