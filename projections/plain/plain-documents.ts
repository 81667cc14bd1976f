import { type Revision } from '../../domain/revision.js';
import { type DocumentFormat } from '../documents/json.document.js';
import { type StoredDocument } from '../projection.js';

/** Documents of one kind by path. A document is replaced, never changed in place. */
export class PlainDocuments<D extends { readonly revision: Revision }> {
  private readonly byPath = new Map<string, { readonly path: readonly string[]; readonly document: D }>();

  constructor(private readonly format: DocumentFormat<D>) {}

  get(path: readonly string[]): D | undefined {
    return this.byPath.get(JSON.stringify(path))?.document;
  }

  put(path: readonly string[], document: D): void {
    this.byPath.set(JSON.stringify(path), { path, document });
  }

  stored(): StoredDocument[] {
    return [...this.byPath.values()].map(({ path, document }) => ({ path, value: this.format.encode(document) }));
  }
}
