import { type Address } from './address.js';
import { type Feed } from './feed.js';
import { type GpuTable } from './gpu-table.js';

/** What the views share. */
export interface PageContext {
  readonly feed: Feed;
  /** Where the page is now. */
  readonly address: () => Address;
  /** Goes to an address that differs in something; as a step back can undo, unless told to replace. */
  readonly go: (change: Partial<Address>, how?: 'push' | 'replace') => void;
  /** The whole fleet; it is followed from the first call on. */
  readonly fleet: () => GpuTable;
}

/** One of the pages while it is shown. */
export interface View {
  readonly root: HTMLElement;
  /** For the browser's tab; it may be known later than the page is shown. */
  readonly title: string;
  /** The GPUs that it shows, by which the page says how fresh it is. */
  readonly table: GpuTable;
  /** Shows what has changed; called at most once a frame. */
  frame(): void;
  /** Shows what time alone changes; called once a second. */
  tick(): void;
  /** The address has changed within the page, or the colours have. */
  moved(): void;
  close(): void;
}
