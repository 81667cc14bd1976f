import { element } from './element.js';
import { type Gpu } from './feed-messages.js';
import { linkTo, toGpu, toHost } from './link-to.js';
import { type PageContext } from './page-context.js';
import { type Problem } from './problems.js';
import { count } from './quantities.js';

const mostShown = 12;
const names: Readonly<Record<Problem['kind'], string>> = { xid: 'XID', missing: 'Missing', hot: 'Hot', stale: 'Stale' };

/** What is wrong, each with a link to its GPU. */
export class ProblemList {
  readonly #list = element('ul', { class: 'problems' });
  readonly #rest = element('p', { class: 'note' });
  readonly #title = element('h2', {}, 'Needs attention');
  readonly root = element('section', { class: 'card' }, this.#title, this.#list, this.#rest);
  #shown = '';

  constructor(private readonly context: PageContext) {}

  show(problems: readonly Problem[]): void {
    const text = problems
      .map(({ kind, gpus, text: what }) => `${kind} ${gpus.map(({ uuid }) => uuid).join('+')} ${what}`)
      .join();
    if (text === this.#shown) return;
    this.#shown = text;
    this.#title.textContent = problems.length === 0 ? 'Needs attention' : `Needs attention (${count(problems.length)})`;
    this.#list.replaceChildren(...problems.slice(0, mostShown).map((problem) => this.#item(problem)));
    const more = problems.length - mostShown;
    this.#rest.textContent =
      problems.length === 0
        ? 'Nothing: no GPU is stale, missing or hot, none reports an XID.'
        : more > 0
          ? `and ${count(more)} more`
          : '';
  }

  #item({ kind, gpus, text }: Problem): HTMLElement {
    return element(
      'li',
      {},
      element('span', { class: `badge ${kind}` }, names[kind]),
      this.#link(gpus),
      element('span', { class: 'note' }, text),
    );
  }

  #link(gpus: readonly Gpu[]): HTMLElement {
    const { hostname, cluster, index, uuid } = gpus[0]!;
    return gpus.length === 1
      ? linkTo(this.context, () => toGpu(uuid), {}, `${hostname} · GPU ${index}`)
      : linkTo(this.context, () => toHost(cluster, hostname), {}, `${hostname} · ${count(gpus.length)} GPUs`);
  }
}
