import { type Range, lengthOf } from './address.js';
import { colourOf, spanOf } from './chart.js';
import { ChartWall } from './chart-wall.js';
import { element, say } from './element.js';
import { type Watching } from './feed.js';
import { now } from './gateway-clock.js';
import { nameOf } from './gpu-name.js';
import { type GpuTable } from './gpu-table.js';
import { showInPlace } from './in-place.js';
import { linkTo, toFleet, toGpu } from './link-to.js';
import { type PageContext, type View } from './page-context.js';
import { stepOfHost } from './past-step.js';
import { ago, count, counted, plainNumber, quantity, titleOf } from './quantities.js';
import { rangeChoice } from './range-choice.js';
import { totalsOf } from './totals.js';

const charted = ['gpu_utilization', 'memory_used_mb', 'temperature', 'power_draw'];
const tabled = [...charted, 'memory_utilization', 'sm_clock_mhz'];

const gpuRow = (context: PageContext, table: GpuTable, place: number): HTMLElement => {
  const gpu = table.gpus[place]!;
  const key = element('span', { class: 'line-key', 'aria-hidden': 'true' });
  key.style.background = colourOf(place);
  const cells = tabled.map((metric) => {
    const value = table.column(metric)?.values[place] ?? NaN;
    return element('td', { class: 'number' }, Number.isNaN(value) ? '–' : quantity(metric, value));
  });
  return element(
    'tr',
    {},
    element(
      'th',
      { scope: 'row' },
      key,
      linkTo(
        context,
        () => toGpu(gpu.uuid),
        {},
        `${nameOf(gpu)}${gpu.profile === undefined ? '' : ` · ${gpu.profile}`}`,
      ),
    ),
    element('td', {}, element('span', { class: `badge ${gpu.status}` }, gpu.status)),
    ...cells,
    element('td', { class: 'number' }, ago(now() - gpuSeen(table, place))),
  );
};

/** The newest observation of a GPU: of its values, or of what the inventory said of it. */
const gpuSeen = (table: GpuTable, place: number): number =>
  Math.max(table.gpus[place]!.lastSeen, ...table.metrics.map((metric) => table.column(metric)!.times[place]!));

/** One host: its GPUs side by side. */
export const hostView = (context: PageContext, cluster: string | undefined, hostname: string): View => {
  const crumbs = element('nav', { class: 'crumbs', 'aria-label': 'Path' }, linkTo(context, toFleet, {}, 'Fleet'));
  const summary = element('p', { class: 'note' });
  const rows = element('tbody');
  const heads = ['GPU', 'Status', ...tabled.map(titleOf), 'Seen'];
  const grid = element(
    'table',
    { class: 'wide' },
    element(
      'thead',
      {},
      element('tr', {}, ...heads.map((head, i) => element('th', { scope: 'col', class: i < 2 ? '' : 'number' }, head))),
    ),
    rows,
  );
  const range = rangeChoice(context);
  const charts = element('div');
  const head = element(
    'div',
    { class: 'page-head' },
    element('div', {}, crumbs, element('h1', {}, hostname), summary),
    range.root,
  );
  const scroll = element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'GPUs of the host' },
    grid,
  );
  const card = element('section', { class: 'card', hidden: true }, scroll);
  const root = element('div', { class: 'host' }, head, card, charts);

  let shown: Range | undefined;
  let wall: ChartWall;
  let watching: Watching | undefined;
  const follow = (): void => {
    const wish = context.address().range;
    if (shown === wish) return;
    shown = wish;
    watching?.close();
    wall?.close();
    wall = new ChartWall('host', charted);
    charts.replaceChildren(wall.root);
    const past = { lengthMs: lengthOf(wish), step: stepOfHost(wish) };
    watching = context.feed.watch({ scope: { hostname, cluster }, past }, (...value) => wall.take(...value));
  };
  follow();

  const list = (): void => {
    const { table } = watching!;
    const places = table.gpus.map((_, place) => place);
    card.hidden = places.length === 0;
    showInPlace(
      rows,
      places.map((place) => [table.gpus[place]!.uuid, gpuRow(context, table, place)]),
    );
    const { byStatus, power, utilization } = totalsOf(table, places);
    // Of an address without a cluster it may be several hosts of the same name.
    const clusters = [...new Set(table.gpus.map((gpu) => gpu.cluster))];
    const known = `${counted(places.length, 'GPU')}, ${count(byStatus.active)} active · ${clusters.join(' and ')} · ${table.gpus[0]?.model ?? ''}`;
    const sums =
      power === undefined ? '' : ` · ${quantity('power_draw', power)} · ${plainNumber(utilization ?? 0)}% utilization`;
    if (places.length > 0) say(summary, `${known}${sums}`);
    else say(summary, table.loaded ? 'No GPU of this host has been seen.' : 'Loading …');
  };
  let listed = -Infinity;
  const frame = (): void => {
    const { table } = watching!;
    if (performance.now() - listed > 250) {
      listed = performance.now();
      list();
    }
    wall.show(table, context.address().range, (metric) => {
      const { values } = table.column(metric) ?? {};
      const given = values ? [...values].filter((value) => !Number.isNaN(value)) : [];
      if (given.length === 0) return ['–', ''];
      const [least, most] = [Math.min(...given), Math.max(...given)];
      return [spanOf(metric, least, most), ''];
    });
  };
  return {
    root,
    title: hostname,
    get table() {
      return watching!.table;
    },
    frame,
    tick: () => {
      listed = -Infinity;
      frame();
    },
    moved: () => {
      follow();
      range.show();
      wall.recolour();
      listed = -Infinity;
      frame();
    },
    close: () => {
      watching?.close();
      wall.close();
    },
  };
};
