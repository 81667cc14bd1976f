import { type Address } from './address.js';
import { element, say } from './element.js';
import { nameOf } from './gpu-name.js';
import { linkTo, toGpu, toHost } from './link-to.js';
import { type PageContext } from './page-context.js';
import { type Problem } from './problems.js';
import { showInPlace } from './in-place.js';
import { count, counted } from './quantities.js';

const firstShown = 12;
const names: Readonly<Record<Problem['kind'], string>> = { xid: 'XID', missing: 'Missing', hot: 'Hot', stale: 'Stale' };

/** To the GPU, or to the host of several. */
const placeOf = ({ gpus }: Problem): Partial<Address> => {
  const { cluster, hostname, uuid } = gpus[0]!;
  return gpus.length === 1 ? toGpu(uuid) : toHost(cluster, hostname);
};

const whoOf = ({ gpus, host }: Problem): string =>
  `${host} · ${gpus.length === 1 ? nameOf(gpus[0]!) : counted(gpus.length, 'GPU')}`;

/** What is wrong, each with a link to its GPU. */
export class ProblemList {
  readonly #list = element('ul', { class: 'problems' });
  readonly #none = element('p', { class: 'note' });
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
      shown.map((problem) => [problem.key, this.#item(problem)]),
    );
    // Before all GPUs are known, nothing can be said of what is wrong with none.
    const { loaded } = this.context.fleet();
    say(this.#none, loaded ? 'Nothing: no GPU is stale, missing or hot, none reports an XID.' : 'Loading …');
    this.#none.hidden = problems.length > 0;
    this.#more.hidden = problems.length <= this.#most;
    say(this.#more, `Show all ${count(problems.length)}`);
  }

  #showAll(): void {
    this.#most = Infinity;
    this.show(this.#last);
  }

  #item(problem: Problem): HTMLElement {
    const { key, kind, text } = problem;
    // GPUs may join and leave it while it is shown: it leads where it does at the click.
    const place = (): Partial<Address> => placeOf(this.#last.find((other) => other.key === key) ?? problem);
    return element(
      'li',
      {},
      element('span', { class: `badge ${kind}` }, names[kind]),
      linkTo(this.context, place, {}, whoOf(problem)),
      element('span', { class: 'note' }, text),
    );
  }
}
