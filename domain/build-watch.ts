import { type FoldCheckpoint } from './generation.js';
import { type GatewayAnnouncement } from './gateway-announcement.js';
import { type Partition } from './ids.js';
import { type Build } from './generations-known.js';
import { type Revision } from './revision.js';

/** The revision of the newest segment of each partition that has any. */
export type PartitionHeads = ReadonlyMap<Partition, Revision>;

/** How far a generation has folded each partition, and which of these checkpoints was written last, and when. */
export interface BuildCheckpoints {
  readonly of: ReadonlyMap<Partition, FoldCheckpoint>;
  readonly newest: { readonly partition: Partition; readonly modified: Revision } | undefined;
}

/** What there is to know of builds beside their records, and what is left when a record is gone. */
export interface BuildWatch {
  /** As the log stands now. Throws when etcd does not answer. */
  heads(signal: AbortSignal): Promise<PartitionHeads>;
  /** Throws when etcd does not answer. */
  checkpoints(build: Build, signal: AbortSignal): Promise<BuildCheckpoints>;
  /** The gateways that live, now and after each change; survives what etcd does. */
  gateways(signal: AbortSignal): AsyncIterable<readonly GatewayAnnouncement[]>;
  /**
   * Deletes the documents of generations that are not folded any more and were not retired but removed, or have failed:
   * checkpoints before documents, a bounded number of keys at a time. Throws when etcd does not answer.
   */
  sweep(signal: AbortSignal): Promise<void>;
}
