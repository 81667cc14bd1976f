import { type Address, pageOf, printAddress, readAddress } from './address.js';
import { element } from './element.js';
import { Feed, type Watching } from './feed.js';
import { fleetView } from './fleet-view.js';
import { gpuView } from './gpu-view.js';
import { hostView } from './host-view.js';
import { type PageContext, type View } from './page-context.js';
import { onSystemTheme } from './theme.js';
import { TopBar } from './top-bar.js';

/* Puts the page together. */

/** What sums, lists and tips need, whatever the map is coloured by. */
const always = ['gpu_utilization', 'memory_used_mb', 'memory_free_mb', 'temperature', 'power_draw'];

const place = element('main', { id: 'content', tabindex: '-1' });
let address: Address = readAddress(location.search);
let view: View | undefined;
let fleet: (Watching & { readonly metrics: readonly string[] }) | undefined;
let waiting = false;

/** What stands around a view. */
const frameOf = (shown: View): void => {
  const title = `${shown.title} · GPU telemetry`;
  if (document.title !== title) document.title = title;
  bar.show(shown);
};
const frame = (): void => {
  waiting = false;
  view?.frame();
  if (view) frameOf(view);
};
const changed = (): void => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(frame);
};
const feed = new Feed(changed);

/** The fleet with the metric that the map shows. */
const followFleet = (): Watching => {
  const metrics = [...new Set([...always, address.metric])];
  if (!fleet) fleet = { ...feed.watch({ scope: {}, metrics }), metrics };
  else if (!metrics.every((metric) => fleet!.metrics.includes(metric))) {
    fleet.follow(metrics);
    fleet = { ...fleet, metrics };
  }
  return fleet;
};

const context: PageContext = {
  feed,
  address: () => address,
  go: (change, how = 'push') => {
    const next = { ...address, ...change };
    if (printAddress(next) === printAddress(address)) return;
    history[how === 'push' ? 'pushState' : 'replaceState'](null, '', printAddress(next));
    arrive(next);
  },
  fleet: () => followFleet().table,
};

const open = (): View => {
  const { gpu, host, cluster } = address;
  if (gpu !== undefined) return gpuView(context, gpu);
  return host !== undefined ? hostView(context, cluster, host) : fleetView(context);
};

const arrive = (next: Address): void => {
  const same = pageOf(next) === pageOf(address) && view !== undefined;
  address = next;
  bar.moved();
  if (same) {
    if (view!.table === fleet?.table) followFleet();
    return view!.moved();
  }
  view?.close();
  view = open();
  // Who had the focus on what goes away is led to what comes, and not to the beginning of the document.
  const isLeft = place.contains(document.activeElement);
  place.replaceChildren(view.root);
  if (isLeft) place.focus({ preventScroll: true });
  scrollTo(0, 0);
  view.moved();
  frameOf(view);
};

const recolour = (): void => {
  view?.moved();
  changed();
};
const bar = new TopBar(context, recolour);
document.body.append(element('a', { class: 'skip', href: '#content' }, 'Skip to the content'), bar.root, place);
onSystemTheme(recolour);
addEventListener('popstate', () => arrive(readAddress(location.search)));
setInterval(() => {
  if (!view) return;
  view.tick();
  frameOf(view);
  bar.tick(view);
}, 1_000);
arrive(address);
