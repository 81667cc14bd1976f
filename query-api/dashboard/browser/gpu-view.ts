import { type Range, lengthOf } from './address.js';
import { ChartWall } from './chart-wall.js';
import { element, say } from './element.js';
import { type Watching } from './feed.js';
import { now } from './gateway-clock.js';
import { nameOf } from './gpu-name.js';
import { linkTo, toFleet, toHost } from './link-to.js';
import { type PageContext, type View } from './page-context.js';
import { stepOfGpu } from './past-step.js';
import { ago, quantity } from './quantities.js';
import { rangeChoice } from './range-choice.js';

const fact = (name: string, text: string): HTMLElement =>
  element('div', {}, element('dt', {}, name), element('dd', {}, text));

/** One GPU: who it is, and every metric over time. */
export const gpuView = (context: PageContext, uuid: string): View => {
  const title = element('h1');
  const crumbs = element('nav', { class: 'crumbs', 'aria-label': 'Path' }, linkTo(context, toFleet, {}, 'Fleet'));
  const badge = element('span', { class: 'badge', hidden: true });
  const facts = element('dl', { class: 'facts' });
  const notice = element('p', { class: 'note empty' }, 'Loading …');
  const range = rangeChoice(context);
  const charts = element('div');
  const head = element(
    'div',
    { class: 'page-head' },
    element('div', {}, crumbs, element('div', { class: 'title' }, title, badge)),
    range.root,
  );
  const root = element('div', { class: 'gpu' }, head, facts, notice, charts);

  let shown: Range | undefined;
  let wall: ChartWall;
  let watching: Watching | undefined;
  const follow = (): void => {
    const wish = context.address().range;
    if (shown === wish) return;
    shown = wish;
    watching?.close();
    wall?.close();
    wall = new ChartWall('gpu');
    charts.replaceChildren(wall.root);
    const past = { lengthMs: lengthOf(wish), step: stepOfGpu(wish) };
    watching = context.feed.watch({ scope: { uuid }, past }, (...value) => wall.take(...value));
  };
  follow();

  let version = -1;
  const describe = (): void => {
    const { table } = watching!;
    if (version === table.version) return;
    version = table.version;
    const gpu = table.gpus[0];
    notice.hidden = gpu !== undefined;
    badge.hidden = gpu === undefined;
    if (!gpu) {
      say(title, 'GPU');
      if (table.loaded) say(notice, `No GPU of the UUID ${uuid} has been seen.`);
      return;
    }
    say(title, nameOf(gpu));
    badge.className = `badge ${gpu.status}`;
    say(badge, gpu.status);
    crumbs.replaceChildren(
      linkTo(context, toFleet, {}, 'Fleet'),
      linkTo(context, () => toHost(gpu.cluster, gpu.hostname), {}, gpu.hostname),
    );
    facts.replaceChildren(
      fact('Model', gpu.profile === undefined ? gpu.model : `${gpu.model}, MIG ${gpu.profile}`),
      fact('UUID', gpu.uuid),
      fact('Device', gpu.device),
      fact('Cluster', gpu.cluster),
      ...(gpu.holder === undefined ? [] : [fact('Held by', gpu.holder)]),
      fact('Driver', gpu.labels?.['DCGM_FI_DRIVER_VERSION'] ?? '–'),
    );
  };
  const frame = (): void => {
    const { table } = watching!;
    describe();
    wall.show(table, context.address().range, (metric) => {
      const column = table.column(metric);
      const value = column?.values[0] ?? NaN;
      if (Number.isNaN(value)) return ['–', ''];
      return [quantity(metric, value), ago(now() - column!.times[0]!)];
    });
  };
  return {
    root,
    get title() {
      const gpu = watching!.table.gpus[0];
      return gpu ? `${nameOf(gpu)} · ${gpu.hostname}` : 'GPU';
    },
    get table() {
      return watching!.table;
    },
    frame,
    tick: frame,
    moved: () => {
      follow();
      range.show();
      version = -1;
      wall.recolour();
      frame();
    },
    close: () => {
      watching?.close();
      wall.close();
    },
  };
};
