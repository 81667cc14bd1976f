import { type Etcd3 } from 'etcd3';
import { StoreSilent } from '../../domain/document-reader.js';
import { messageOf } from '../../domain/error-message.js';
import { type StoreSpace } from '../../domain/store-space.js';
import { type Keys } from './keys.js';
import { extentOf } from './range.js';

/** How many dead letters are kept, and how full etcd is; undefined where it has not told yet. In bytes. */
export interface PipelineLook {
  readonly deadLetters: number;
  readonly space: StoreSpace | undefined;
}

/** Milliseconds that etcd's failures are borne. */
const patienceMs = 3_000;

/** Looks with one cheap read; throws StoreSilent when etcd does not answer. */
export const pipelineReader =
  (client: Etcd3, keys: Keys, space: () => StoreSpace | undefined): ((signal: AbortSignal) => Promise<PipelineLook>) =>
  async (signal) => {
    const letters = await extentOf(client, keys.deadLetters, signal, { patienceMs }).catch((error: unknown) => {
      throw new StoreSilent(`Dead letters cannot be counted now: ${messageOf(error)}`, { cause: error });
    });
    return { deadLetters: letters.count, space: space() };
  };
