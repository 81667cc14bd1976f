import { hostsAhead, textOfAhead, textOfDevice } from './clocks.js';
import { element, say } from './element.js';
import { type Failing } from './failing.js';
import { gatewayAhead, now } from './gateway-clock.js';
import { linkTo, toFleet } from './link-to.js';
import { type PageContext, type View } from './page-context.js';
import { age, ago } from './quantities.js';
import { stopsOf, textOfStops } from './stops.js';
import { applyTheme, turnTheme } from './theme.js';

/** Without a new value for so long the page says that it is quiet. */
const quietMs = 15_000;

/** Every failure once, however many ask for the same. It changes only when something else fails: it is read out. */
const textOf = (failing: readonly Failing[]): string =>
  [
    ...new Set(
      failing.map(
        ({ what, why, everyMs }) => `${what} could not be had: ${why}. Asked for again every ${age(everyMs)}.`,
      ),
    ),
  ].join(' ');

/** What everything hangs from: where one is, the search, how the connection is. */
export class TopBar {
  readonly #state = element('span', { class: 'link-state', role: 'status' });
  readonly #banner = element('p', { class: 'banner', role: 'alert', hidden: true });
  /** Stays in the page while it is empty: what appears with its text is not read out. */
  readonly #failing = element('p', { class: 'failing', role: 'status' });
  readonly #search: HTMLInputElement;
  /** What is to be said of clocks that are wrong. */
  #clocks = '';
  readonly root: HTMLElement;

  constructor(
    private readonly context: PageContext,
    recolour: () => void,
  ) {
    const { address, go } = context;
    const search = (): void =>
      go({ ...toFleet(), cluster: address().cluster, search: this.#search.value.trim() }, 'replace');
    this.#search = element('input', {
      type: 'search',
      placeholder: 'Host, UUID or model',
      'aria-label': 'Search GPUs',
      input: search,
    });
    const theme = element('button', { type: 'button', class: 'quiet' });
    const name = (chosen: string): void => {
      theme.textContent = { system: '◐', light: '☀', dark: '☾' }[chosen] ?? '';
      theme.setAttribute('aria-label', `Theme: ${chosen}`);
      theme.title = `Theme: ${chosen}`;
    };
    name(applyTheme());
    theme.addEventListener('click', () => {
      name(turnTheme());
      recolour();
    });
    const brand = linkTo(
      context,
      () => ({ ...toFleet(), search: '', status: undefined }),
      { class: 'brand' },
      'GPU telemetry',
    );
    const links = element(
      'nav',
      { class: 'api', 'aria-label': 'API' },
      element('a', { href: '/swagger/' }, 'REST'),
      element('a', { href: '/graphql' }, 'GraphQL'),
    );
    const field = element('div', { class: 'search' }, this.#search, element('kbd', { 'aria-hidden': 'true' }, '/'));
    const bar = element('div', { class: 'bar' }, brand, field, this.#state, links, theme);
    this.root = element('header', { class: 'top' }, bar, this.#banner, this.#failing);
    addEventListener('keydown', (event) => this.#press(event));
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === '/' && !typing) {
      event.preventDefault();
      this.#search.focus();
    } else if (event.key === 'Escape') this.#leave();
  }

  /** One step back towards the whole fleet. */
  #leave(): void {
    const { gpu, host, search } = this.context.address();
    if (document.activeElement === this.#search && search === '') this.#search.blur();
    else if (search !== '') this.context.go({ search: '' }, 'replace');
    else if (gpu !== undefined || host !== undefined) this.context.go(toFleet());
  }

  moved(): void {
    const { search } = this.context.address();
    if (document.activeElement !== this.#search || search === '') this.#search.value = search;
  }

  /** Looks at what time alone changes, and says it; called once a second. */
  tick(view: View): void {
    const ahead = textOfAhead(hostsAhead(view.table, now()));
    this.#clocks = [textOfDevice(gatewayAhead()), ahead].filter(Boolean).join(' ');
    this.show(view);
  }

  /** Says how the connection is and how old what is shown. */
  show({ table }: View): void {
    const { link, failing, progress } = this.context.feed;
    const { state, oldSince } = link;
    const quietFor = table.newest === 0 ? undefined : now() - table.newest;
    const isQuiet = quietFor !== undefined && quietFor > quietMs;
    const last = quietFor === undefined ? '' : ` · ${ago(quietFor)}`;
    const text = {
      connecting: 'Connecting',
      reconnecting: `Reconnecting${last}`,
      live: `${isQuiet ? 'Quiet' : 'Live'}${last}`,
    }[state];
    this.#state.className = `link-state ${state === 'live' && (isQuiet || oldSince !== undefined) ? 'quiet' : state}`;
    say(this.#state, text);
    const lost =
      state === 'reconnecting'
        ? 'The connection to the gateway is lost; reconnecting. What you see is as it was then.'
        : '';
    const old =
      oldSince === undefined
        ? ''
        : `The gateway has had nothing new for ${age(now() - Date.parse(oldSince))}: what you see is old.`;
    this.#banner.hidden = lost === '' && old === '';
    say(this.#banner, lost || old);
    // Without a connection everything fails, which the banner says.
    const told = [textOfStops(stopsOf(progress.values())), textOf(failing), this.#clocks].filter(Boolean);
    say(this.#failing, state === 'live' ? told.join(' ') : '');
  }
}
