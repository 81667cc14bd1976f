import { type Revision } from '../../domain/revision.js';
import { documentOf, type DocumentFormat } from '../documents/json.document.js';
import { type DocumentChange, type StoredDocument } from '../projection.js';

/** A document under way: its fold's own form, and how it becomes the stored one and back. */
export interface StateFormat<S, D> {
  readonly format: DocumentFormat<D>;
  readonly pathOf: (state: S) => readonly string[];
  readonly fromDocument: (document: D) => S;
  readonly toDocument: (state: S) => D;
}

/** The documents of one kind in one partition, by key, and which of them changed since they were last taken. */
export class DocumentSet<S extends { revision: Revision }, D> {
  private readonly states = new Map<string, S>();
  private readonly changed = new Set<S>();

  constructor(
    private readonly stored: StateFormat<S, D>,
    private readonly keyOf: (state: S) => string,
  ) {}

  load({ path, value }: StoredDocument): void {
    this.add(this.stored.fromDocument(documentOf(this.stored.format, path, value)));
  }

  get(key: string): S | undefined {
    return this.states.get(key);
  }

  add(state: S): S {
    this.states.set(this.keyOf(state), state);
    return state;
  }

  /** Says that the segment of this revision changed the document. */
  touch(state: S, revision: Revision): void {
    state.revision = revision;
    this.changed.add(state);
  }

  take(): DocumentChange[] {
    const { format, pathOf, toDocument } = this.stored;
    const changes = [...this.changed].map((state) => ({
      path: pathOf(state),
      value: format.encode(toDocument(state)),
    }));
    this.changed.clear();
    return changes;
  }
}
