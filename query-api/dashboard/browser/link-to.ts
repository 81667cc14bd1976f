import { type Address, printAddress, startAddress } from './address.js';
import { type Child, element } from './element.js';
import { type PageContext } from './page-context.js';

const isPlain = (event: Event): boolean =>
  event instanceof MouseEvent && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;

/** A link within the page: a real address, that opens without loading the page anew. */
export const linkTo = (
  { address, go }: PageContext,
  change: () => Partial<Address>,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Child[]
): HTMLAnchorElement => {
  const href = printAddress({ ...address(), ...change() });
  const click = (event: Event): void => {
    if (!isPlain(event)) return;
    event.preventDefault();
    go(change());
  };
  return element('a', { ...attributes, href, click }, ...children);
};

/** To the page of a GPU, of a host, of the fleet. */
export const toGpu = (gpu: string): Partial<Address> => ({ gpu, host: undefined });
export const toHost = (cluster: string, host: string): Partial<Address> => ({ gpu: undefined, host, cluster });
export const toFleet = (): Partial<Address> => ({ gpu: undefined, host: undefined, cluster: startAddress.cluster });
