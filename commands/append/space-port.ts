import { type StoreAnswer } from '../../domain/store-answer.js';
import { type StoreSpace } from '../../domain/store-space.js';

/** How full etcd is. One try with a deadline; rejects only when `signal` aborts. */
export interface SpaceGauge {
  read(signal: AbortSignal): Promise<StoreAnswer<StoreSpace>>;
}
