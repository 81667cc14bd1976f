import { type Revision } from '../../domain/revision.js';
import { type Keys } from './keys.js';
import { HistoryRolledBack, LogReplaced } from './rolled-back.js';
import { type StoredValue } from './stored-value.js';
import { type Compare } from './transaction.js';
import { putOnce, type Witness } from './witness.js';

/**
 * What a process that appends has seen of the log: by it an etcd that was restored from a backup, or replaced by
 * another, is told apart before anything is appended to it (promise L9).
 */
export class SeenLog {
  #identity: Revision | undefined;
  #newest = 0n as Revision;
  #appended: Witness | undefined;

  constructor(private readonly keys: Keys) {}

  get identityKey(): string {
    return this.keys.logIdentity;
  }

  /** @param modified the revision at which the log's identity, as it was read, had been written */
  opened(modified: Revision): void {
    this.#identity = modified;
  }

  /**
   * Called when a request is sent; gives what takes in the revision of its answer. Answers overtake one another: only
   * what had been seen before the sending must not be later.
   *
   * @throws HistoryRolledBack from what it gives
   */
  asked(): (answered: Revision) => void {
    const before = this.#newest;
    return (answered) => {
      if (answered < before) throw new HistoryRolledBack(before, answered);
      if (answered > this.#newest) this.#newest = answered;
    };
  }

  /** What was appended last, by its first segment. */
  get appended(): Witness | undefined {
    return this.#appended;
  }

  /** @param segment the key of one that stands since the revision */
  hasAppended(segment: string, at: Revision): void {
    if (this.#appended !== undefined && at < this.#appended.modified) return;
    this.#appended = putOnce(segment, at);
  }

  /** For each append: the log is the one that was opened. Nothing to compare before one was. */
  compares(): readonly Compare[] {
    const revision = this.#identity;
    return revision === undefined ? [] : [{ kind: 'modified', key: this.identityKey, revision }];
  }

  /**
   * @param found the log's identity as it stands, or stood when an append was refused
   * @throws LogReplaced when it is not the one that was opened
   */
  assertSame(found: StoredValue | undefined): void {
    if (this.#identity !== undefined && found?.modified !== this.#identity) throw new LogReplaced();
  }
}
