import { type EtcdVersion } from './etcd-version.js';

/** One way of getting an etcd that this machine does not have yet. */
export interface Acquisition {
  readonly from: 'apt' | 'release';
  /**
   * Puts the binary somewhere below `folder`, an empty folder of its own, and answers with its path; or with a clause
   * that says why this way is closed.
   */
  readonly get: (folder: string, signal: AbortSignal) => Promise<Acquired>;
}

export type Acquired = { readonly path: string } | { readonly reason: string };

/** A usable etcd and where it came from. */
export interface EtcdBinary {
  readonly path: string;
  readonly version: EtcdVersion;
  readonly from: 'given' | 'search path' | 'cache' | 'apt' | 'release';
}
