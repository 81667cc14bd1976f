import { type StoreSpace } from '../../domain/store-space.js';

/** What surrounds the read models: what could not be read, and how full etcd is. */
export interface Pipeline {
  /** Rows that are kept as dead letters. */
  readonly deadLetters: number;
  /** Undefined where etcd does not tell. */
  readonly space: StoreSpace | undefined;
}

/** Throws StoreSilent when etcd does not answer. */
export type LookAtPipeline = (signal: AbortSignal) => Promise<Pipeline>;
