import { type StoreAnswer } from '../../domain/store-answer.js';

/** How full etcd is. */
export interface Space {
  /** Bytes in use on the fullest member. */
  readonly usedBytes: number;
  /** The size of the largest member's file, free pages included: etcd counts this one against its quota. */
  readonly fileBytes: number;
  readonly quotaBytes: number;
}

/** One try with a deadline; rejects only when `signal` aborts. */
export interface SpaceGauge {
  read(signal: AbortSignal): Promise<StoreAnswer<Space>>;
}
