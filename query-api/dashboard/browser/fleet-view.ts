import { statuses, type GpuStatus } from './address.js';
import { element } from './element.js';
import { FleetTotals } from './fleet-totals.js';
import { now } from './gateway-clock.js';
import { HostsTable } from './hosts-table.js';
import { MapCard } from './map-card.js';
import { type PageContext, type View } from './page-context.js';
import { PastTrouble } from './past-trouble.js';
import { PipelineCard } from './pipeline-card.js';
import { ProblemList } from './problem-list.js';
import { problemsOf } from './problems.js';
import { totalsOf } from './totals.js';

const names: Readonly<Record<GpuStatus, string>> = { active: 'Active', stale: 'Stale', missing: 'Missing' };

const shownPlaces = (map: MapCard): readonly number[] => map.rows.flatMap(({ places }) => places);

/** Milliseconds between two looks at a sum or list: they are read, not watched. One at a frame, so that none is long. */
const sumsEveryMs = 500;

const statusFilter = ({ address, go }: PageContext): { root: HTMLElement; show: () => void } => {
  const choices = [undefined, ...statuses].map((status) => ({
    status,
    button: element(
      'button',
      { type: 'button', click: () => go({ status }, 'replace') },
      status ? names[status] : 'All',
    ),
  }));
  const show = (): void => {
    for (const { status, button } of choices) button.setAttribute('aria-pressed', String(address().status === status));
  };
  const root = element(
    'div',
    { class: 'segments', role: 'group', 'aria-label': 'Status' },
    ...choices.map(({ button }) => button),
  );
  return { root, show };
};

const clusterChoice = ({ address, go, fleet }: PageContext): { root: HTMLElement; show: () => void } => {
  const select = element('select', { change: () => go({ cluster: select.value || undefined }, 'replace') });
  const root = element('label', { class: 'field' }, 'Cluster ', select);
  let known = '';
  const show = (): void => {
    const clusters = [...new Set(fleet().gpus.map(({ cluster }) => cluster))].sort();
    if (clusters.join() !== known) {
      known = clusters.join();
      const options = clusters.map((cluster) => element('option', { value: cluster }, cluster));
      select.replaceChildren(element('option', { value: '' }, 'All'), ...options);
    }
    root.hidden = clusters.length < 2 && address().cluster === undefined;
    select.value = address().cluster ?? '';
  };
  return { root, show };
};

/** The whole fleet at a glance. */
export const fleetView = (context: PageContext): View => {
  const table = context.fleet();
  const totals = new FleetTotals();
  const map = new MapCard(context, table);
  const hosts = new HostsTable(context, table);
  const problems = new ProblemList(context);
  const past = new PastTrouble(context);
  const pipeline = new PipelineCard();
  const status = statusFilter(context);
  const cluster = clusterChoice(context);
  const filters = element('div', { class: 'filters' }, cluster.root, status.root);
  const side = element('div', { class: 'side' }, problems.root, past.root, pipeline.root);
  const root = element(
    'div',
    { class: 'fleet' },
    element('h1', { class: 'hidden' }, 'Fleet'),
    totals.root,
    filters,
    element('div', { class: 'columns' }, map.root, side, hosts.root),
  );
  const parts: readonly (() => void)[] = [
    () => totals.show(totalsOf(table, shownPlaces(map)), map.rows.length, table.loaded),
    () => problems.show(problemsOf(table, now())),
    () => past.show(context.feed.pastEvents, now()),
    () => hosts.show(map.rows),
    () => cluster.show(),
  ];
  let [summed, next, known] = [-Infinity, 0, 0];
  const sum = (): void => {
    known = table.gpus.length;
    parts.forEach((part) => part());
  };
  const frame = (): void => {
    map.frame();
    pipeline.show(context.feed);
    // The first GPUs are summed up as they appear on the map: no figure says for a moment that there are none.
    if (known === 0 && table.gpus.length > 0) return sum();
    if (performance.now() - summed < sumsEveryMs / parts.length) return;
    summed = performance.now();
    parts[next++ % parts.length]!();
  };
  const tick = (): void => {
    if (performance.now() - summed >= sumsEveryMs) sum();
  };
  const moved = (): void => {
    status.show();
    map.repaint();
    map.frame();
    sum();
  };
  moved();
  return { root, title: 'Fleet', table, frame, tick, moved, close: () => map.close() };
};
