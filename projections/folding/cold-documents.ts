import { type Revision } from '../../domain/revision.js';
import { type DocumentChange, type StoredDocument } from '../projection.js';
import { documentOf } from '../documents/json.document.js';
import { type StateFormat } from './document-set.js';

/** Documents kept taken apart between commits; more of them are kept as stored bytes only. */
const warmLimit = 64;

/**
 * Documents of which there are many and only a few change at a time, such as minutes: those that rest are kept as the
 * bytes that are stored, a fifth of the memory.
 */
export class ColdDocuments<S extends { revision: Revision }, D> {
  private readonly stored = new Map<string, Uint8Array>();
  private readonly warm = new Map<string, S>();
  private readonly changed = new Set<S>();

  constructor(private readonly format: StateFormat<S, D>) {}

  load({ path, value }: StoredDocument): void {
    this.stored.set(path.join('\0'), value);
  }

  /** The document of this path; undefined when there is none yet. */
  get(path: readonly string[]): S | undefined {
    const key = path.join('\0');
    const bytes = this.stored.get(key);
    return this.warm.get(key) ?? (bytes && this.thaw(key, path, bytes));
  }

  private thaw(key: string, path: readonly string[], bytes: Uint8Array): S {
    const state = this.format.fromDocument(documentOf(this.format.format, path, bytes));
    this.warm.set(key, state);
    return state;
  }

  /** Says that the segment of this revision changed the document, or made it. */
  touch(state: S, revision: Revision): void {
    state.revision = revision;
    this.warm.set(this.format.pathOf(state).join('\0'), state);
    this.changed.add(state);
  }

  take(): DocumentChange[] {
    const changes = [...this.changed].map((state) => this.freeze(state));
    this.changed.clear();
    if (this.warm.size > warmLimit) this.warm.clear();
    return changes;
  }

  private freeze(state: S): { path: readonly string[]; value: Uint8Array } {
    const path = this.format.pathOf(state);
    const value = this.format.format.encode(this.format.toDocument(state));
    this.stored.set(path.join('\0'), value);
    return { path, value };
  }
}
