import { knownMetrics } from '../../../domain/metrics.js';
import { type GpuStatus } from './address.js';
import { element, say } from './element.js';
import { FleetMap, type Spot } from './fleet-map.js';
import { type HostRow } from './fleet-layout.js';
import { ofStatus, rowsOf } from './fleet-rows.js';
import { now } from './gateway-clock.js';
import { nameOf } from './gpu-name.js';
import { type GpuTable } from './gpu-table.js';
import { Legend } from './legend.js';
import { toGpu, toHost } from './link-to.js';
import { type PageContext } from './page-context.js';
import { ago, counted, quantity, titleOf } from './quantities.js';
import { type Scale, scaleOf } from './scale.js';

/** On a phone the map may be longer than the screen: one scrolls there anyway. */
const narrow = 560;
const tall = 1_000;

const shownOnTip = ['gpu_utilization', 'memory_used_mb', 'temperature', 'power_draw'];

/** Where the arrow keys lead: within a row, and to the same place of the rows beside it. */
const moves: Readonly<Record<string, readonly [hosts: number, cells: number]>> = {
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
};

const key = (name: string): HTMLElement => element('kbd', {}, name);

/** Which keys do what, for the eyes: who hears the page is told with the map. */
const keyHint = (): HTMLElement =>
  element(
    'p',
    { class: 'hint', 'aria-hidden': 'true' },
    ...[key('←'), key('↑'), key('↓'), key('→'), ' move, ', key('Enter'), ' opens a GPU, ', key('H'), ' its host'],
  );

/** The map with its legend, the choice of a metric, and what is said of a cell. */
export class MapCard {
  readonly #map = new FleetMap();
  readonly #legend = new Legend();
  readonly #tip = element('div', { class: 'tip', hidden: true });
  readonly #said = element('p', { class: 'hidden', 'aria-live': 'polite' });
  readonly #empty = element('p', { class: 'note empty', hidden: true });
  readonly #hint = keyHint();
  readonly #metric: HTMLSelectElement;
  readonly #room = element('div', { class: 'room' }, this.#map.canvas, this.#tip);
  readonly root: HTMLElement;
  #arrangedFor = '';
  #fittedFor = '';
  /** That the map should not exceed, in CSS pixels: as it was when the map was last fitted. */
  #height = tall;
  #toldOf = '';
  #asked: readonly HostRow[] = [];
  readonly #resized = new ResizeObserver(() => requestAnimationFrame(() => this.frame()));
  #metrics = '';

  constructor(
    private readonly context: PageContext,
    private readonly table: GpuTable,
  ) {
    const change = (): void => context.go({ metric: this.#metric.value }, 'replace');
    this.#metric = element('select', { id: 'metric', change });
    const choice = element('label', { class: 'field' }, 'Colour by ', this.#metric);
    const header = element('header', { class: 'map-head' }, choice, this.#legend.root);
    this.root = element(
      'section',
      { class: 'card map-card', 'aria-label': 'Fleet map' },
      header,
      this.#room,
      this.#hint,
      this.#empty,
      this.#said,
    );
    this.#resized.observe(this.#room);
    this.#listen();
  }

  /** What is asked for: of the hosts on the map those GPUs that have the status. */
  get rows(): readonly HostRow[] {
    return this.#asked;
  }

  close(): void {
    this.#resized.disconnect();
  }

  #listen(): void {
    const { canvas } = this.#map;
    canvas.addEventListener('pointermove', (event) => this.#point(this.#map.at(event)));
    canvas.addEventListener('pointerleave', () => this.#point(undefined));
    canvas.addEventListener('click', (event) => this.#open(this.#map.at(event)));
    canvas.addEventListener('keydown', (event) => this.#press(event));
    canvas.addEventListener('blur', () => this.#point(undefined));
  }

  #open(spot: Spot | undefined): void {
    const row = spot && this.#map.rows[spot.host];
    if (!row) return;
    const gpu = this.table.gpus[row.places[spot.cell] ?? -1];
    this.context.go(gpu ? toGpu(gpu.uuid) : toHost(row.cluster, row.hostname));
  }

  #press(event: KeyboardEvent): void {
    const cursor = this.#map.cursor;
    if (event.key === 'Enter') return this.#open(cursor);
    if (event.key.toLowerCase() === 'h' && cursor) return this.#open({ host: cursor.host, cell: -1 });
    const move = moves[event.key];
    if (!move || this.#map.rows.length === 0) return;
    event.preventDefault();
    const host = Math.min(this.#map.rows.length - 1, Math.max(0, (cursor?.host ?? -move[0]) + move[0]));
    const last = this.#map.rows[host]!.places.length - 1;
    const cell = Math.min(last, Math.max(0, (cursor?.cell ?? -move[1]) + move[1]));
    this.#map.moveCursor({ host, cell });
    // Nothing else may ask for a frame while nothing new comes.
    requestAnimationFrame(() => this.frame());
    this.#point({ host, cell });
    say(this.#said, this.#describe({ host, cell }).join(', '));
  }

  /** What there is to say of a spot, line by line. */
  #describe({ host, cell }: Spot): readonly string[] {
    const row = this.#map.rows[host];
    const place = row?.places[cell];
    if (!row || place === undefined) return row ? [row.name, counted(row.places.length, 'GPU')] : [];
    const gpu = this.table.gpus[place]!;
    const lines = new Set([this.context.address().metric, ...shownOnTip]);
    const values = [...lines].flatMap((metric) => {
      const column = this.table.column(metric);
      const value = column?.values[place] ?? NaN;
      if (Number.isNaN(value)) return [];
      return [`${titleOf(metric)}: ${quantity(metric, value)} · ${ago(now() - column!.times[place]!)}`];
    });
    return [`${row.name} · ${nameOf(gpu)}`, `${gpu.model} · ${gpu.status}`, ...values];
  }

  #point(spot: Spot | undefined): void {
    const lines = spot ? this.#describe(spot) : [];
    this.#tip.hidden = lines.length === 0;
    this.#map.canvas.classList.toggle('over', lines.length > 0);
    if (!spot || lines.length === 0) return;
    this.#tip.replaceChildren(...lines.map((line) => element('div', {}, line)));
    const { x, y } = this.#map.middleOf(spot);
    const left = Math.max(0, Math.min(x + 16, this.#room.clientWidth - this.#tip.offsetWidth));
    this.#tip.style.transform = `translate(${String(Math.round(left))}px, ${String(Math.round(y + 16))}px)`;
  }

  /** Everything anew: the colours of the page have changed. */
  repaint(): void {
    this.#legend.paint();
    this.#map.repaint();
  }

  frame(): void {
    const { metric, status } = this.context.address();
    this.#arrange();
    this.#tell(status);
    this.#offer(metric);
    const scale = this.#scale(metric);
    this.#map.paint(this.table.gpus, this.table.column(metric), scale, status);
  }

  /** By the GPUs that there are, the width, and what is searched for; never by how they do. */
  #arrange(): void {
    const { search, cluster } = this.context.address();
    const width = this.#room.clientWidth;
    const fittedFor = JSON.stringify([width, search, cluster]);
    const arrangedFor = `${fittedFor} ${String(this.table.inventories)}`;
    if (arrangedFor === this.#arrangedFor || width === 0) return;
    this.#arrangedFor = arrangedFor;
    if (fittedFor !== this.#fittedFor) this.#height = width < narrow ? tall : Math.max(380, innerHeight - 330);
    this.#fittedFor = fittedFor;
    this.#map.arrange(rowsOf(this.table.gpus, { search, cluster }), width, this.#height);
    this.#legend.paint();
  }

  /** What the map shows, in words. */
  #tell(status: GpuStatus | undefined): void {
    const toldOf = JSON.stringify([this.#arrangedFor, this.table.version, status]);
    if (toldOf === this.#toldOf) return;
    this.#toldOf = toldOf;
    this.#asked = ofStatus(this.#map.rows, this.table.gpus, status);
    const cells = this.#asked.reduce((sum, { places }) => sum + places.length, 0);
    const gpus = counted(cells, status === undefined ? 'GPU' : `${status} GPU`);
    const which = `${gpus} on ${counted(this.#asked.length, 'host')}`;
    this.#map.canvas.setAttribute('aria-label', `Map of ${which}. Arrow keys move, Enter opens a GPU, H its host.`);
    this.#map.canvas.dataset['gpus'] = String(cells);
    this.#map.canvas.hidden = this.#map.rows.length === 0;
    this.#hint.hidden = this.#map.rows.length === 0;
    this.#empty.hidden = cells > 0;
    say(this.#empty, this.#whyEmpty());
  }

  #whyEmpty(): string {
    if (!this.table.loaded) return 'Loading the fleet …';
    return this.table.gpus.length === 0
      ? 'No GPU has been seen yet: nothing has been streamed.'
      : 'No GPU matches. Clear the search or the filter.';
  }

  /** The metrics that there are, the ones with a name of their own first. */
  #offer(chosen: string): void {
    const known: readonly string[] = knownMetrics.map(({ field }) => field);
    const names = [
      ...new Set([...known, ...[...this.table.metrics].filter((name) => !known.includes(name)).sort(), chosen]),
    ];
    if (names.join() !== this.#metrics) {
      this.#metrics = names.join();
      this.#metric.replaceChildren(...names.map((name) => element('option', { value: name }, titleOf(name))));
    }
    this.#metric.value = chosen;
  }

  #scale(metric: string): Scale {
    const values = this.table.column(metric)?.values;
    let greatest = 0;
    if (values) for (const value of values) if (value > greatest) greatest = value;
    const scale = scaleOf(metric, greatest);
    this.#legend.show(metric, scale);
    return scale;
  }
}
