import { element } from './element.js';
import { type HostRow } from './fleet-layout.js';
import { type GpuTable } from './gpu-table.js';
import { showInPlace } from './in-place.js';
import { linkTo, toHost } from './link-to.js';
import { type PageContext } from './page-context.js';
import { count, plainNumber, quantity } from './quantities.js';
import { totalsOf } from './totals.js';

const firstShown = 20;
const heads = ['Host', 'GPUs', 'Active', 'Utilization', 'Memory used', 'Power'];

/** The hosts of the map in words, for those who would rather read than look. */
export class HostsTable {
  readonly #rows = element('tbody');
  readonly #more = element('button', { type: 'button', click: () => this.#showAll() }, '');
  readonly #table = element(
    'table',
    { class: 'wide' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...heads.map((head, i) => element('th', { scope: 'col', class: i === 0 ? '' : 'number' }, head)),
      ),
    ),
    this.#rows,
  );
  readonly root = element(
    'section',
    { class: 'card' },
    element('h2', {}, 'Hosts'),
    element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Hosts' }, this.#table),
    this.#more,
  );
  #most = firstShown;
  #last: readonly HostRow[] = [];

  constructor(
    private readonly context: PageContext,
    private readonly table: GpuTable,
  ) {}

  show(hosts: readonly HostRow[]): void {
    this.#last = hosts;
    this.root.hidden = hosts.length === 0;
    const shown = hosts.slice(0, this.#most);
    showInPlace(
      this.#rows,
      shown.map((host) => [`${host.cluster} ${host.hostname}`, this.#row(host)]),
    );
    this.#more.hidden = hosts.length <= this.#most;
    this.#more.textContent = `Show all ${count(hosts.length)} hosts`;
  }

  #showAll(): void {
    this.#most = Infinity;
    this.show(this.#last);
  }

  #row({ cluster, hostname, name, places }: HostRow): HTMLElement {
    const { byStatus, utilization, memoryUsed, power } = totalsOf(this.table, places);
    const number = (text: string, warn = false): HTMLElement =>
      element('td', { class: warn ? 'number warn' : 'number' }, text);
    return element(
      'tr',
      {},
      element(
        'th',
        { scope: 'row' },
        linkTo(this.context, () => toHost(cluster, hostname), {}, name),
      ),
      number(count(places.length)),
      number(count(byStatus.active), byStatus.active < places.length),
      number(utilization === undefined ? '–' : `${plainNumber(utilization)}%`),
      number(memoryUsed === undefined ? '–' : quantity('memory_used_mb', memoryUsed)),
      number(power === undefined ? '–' : quantity('power_draw', power)),
    );
  }
}
