import { element, say } from './element.js';
import { type Gpu } from './feed-messages.js';
import { linkTo, toGpu, toHost } from './link-to.js';
import { type PageContext } from './page-context.js';
import { type Problem } from './problems.js';
import { showInPlace } from './in-place.js';
import { count } from './quantities.js';

const firstShown = 12;
const names: Readonly<Record<Problem['kind'], string>> = { xid: 'XID', missing: 'Missing', hot: 'Hot', stale: 'Stale' };

/** Where it leads, and what it is: the words may change. */
const keyOf = ({ kind, gpus }: Problem): string => `${kind} ${gpus.map(({ uuid }) => uuid).join(' ')}`;

/** What is wrong, each with a link to its GPU. */
export class ProblemList {
  readonly #list = element('ul', { class: 'problems' });
  readonly #none = element('p', { class: 'note' }, 'Nothing: no GPU is stale, missing or hot, none reports an XID.');
  readonly #more = element('button', { type: 'button', click: () => this.#showAll() }, '');
  readonly #title = element('h2', {}, 'Needs attention');
  readonly root = element('section', { class: 'card' }, this.#title, this.#list, this.#none, this.#more);
  #most = firstShown;
  #last: readonly Problem[] = [];

  constructor(private readonly context: PageContext) {}

  show(problems: readonly Problem[]): void {
    this.#last = problems;
    this.#title.textContent = problems.length === 0 ? 'Needs attention' : `Needs attention (${count(problems.length)})`;
    const shown = problems.slice(0, this.#most);
    showInPlace(
      this.#list,
      shown.map((problem) => [keyOf(problem), this.#item(problem)]),
    );
    this.#none.hidden = problems.length > 0;
    this.#more.hidden = problems.length <= this.#most;
    say(this.#more, `Show all ${count(problems.length)}`);
  }

  #showAll(): void {
    this.#most = Infinity;
    this.show(this.#last);
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
