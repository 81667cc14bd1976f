import { element, say } from './element.js';
import { type PastEvent } from './feed-messages.js';
import { nameOf } from './gpu-name.js';
import { hostNames } from './host-names.js';
import { showInPlace } from './in-place.js';
import { linkTo, toGpu } from './link-to.js';
import { type PageContext } from './page-context.js';
import { ago } from './quantities.js';

const names: Readonly<Record<string, string>> = {
  xid: 'XID',
  ecc_double_bit: 'ECC',
  ecc_single_bit: 'ECC',
  temperature: 'Hot',
  throttle: 'Throttled',
  violation: 'Throttled',
};
const badges: Readonly<Record<string, string>> = { xid: 'xid', ecc_double_bit: 'xid', temperature: 'hot' };

const told = ({ kind, code, cause, worst }: PastEvent): string => {
  if (code !== null) return `code ${String(code)}`;
  if (kind === 'temperature') return `${String(worst)} °C`;
  return `${kind.startsWith('ecc') ? kind.slice(4).replace('_', ' ') : ''} ${cause ?? ''}`.trim().replaceAll('_', ' ');
};

/** What was wrong and is over, the newest first: what is wrong now stands in the list above it. */
export class PastTrouble {
  readonly #list = element('ul', { class: 'problems' });
  readonly #note = element('p', { class: 'note' }, 'Loading …');
  readonly #title = element('h2', {}, 'Recently resolved');
  readonly root = element('section', { class: 'card' }, this.#title, this.#list, this.#note);
  #shown = '';

  constructor(private readonly context: PageContext) {}

  /**
   * @param events undefined before they are known
   * @param now milliseconds since the Unix epoch
   */
  show(events: readonly PastEvent[] | undefined, now: number): void {
    if (events === undefined) return;
    const texts = events.map((event) => `${told(event)}, ${ago(now - Date.parse(event.lastSeen))}`);
    const shown = `${events.map(({ id }) => id).join()} ${texts.join()}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    say(this.#note, 'Nothing: no XID, ECC error, heat or throttling that is over.');
    this.#note.hidden = events.length > 0;
    const hostOf = hostNames(this.context.fleet().gpus);
    showInPlace(
      this.#list,
      events.map((event, place) => [event.id, this.#item(event, texts[place]!, hostOf)]),
    );
  }

  #item(event: PastEvent, text: string, hostOf: ReturnType<typeof hostNames>): HTMLElement {
    const { uuid, hostname, clusterId: cluster, gpuId, kind } = event;
    return element(
      'li',
      {},
      element('span', { class: `badge ${badges[kind] ?? 'stale'}` }, names[kind] ?? kind),
      linkTo(
        this.context,
        () => toGpu(uuid),
        {},
        `${hostOf({ cluster, hostname })} · ${nameOf({ uuid, index: gpuId })}`,
      ),
      element('span', { class: 'note' }, text),
    );
  }
}
