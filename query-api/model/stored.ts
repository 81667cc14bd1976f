import { isLeft } from 'fp-ts/lib/Either.js';
import { type DocumentFormat } from '../../projections/documents/json.document.js';

/** Says that a document could not be read. Called once for each. */
export type OnUnreadable = (path: readonly string[], reason: string) => void;

/**
 * A document as it came, decoded when it is first asked for: under load far more documents come than are looked at.
 */
export class Stored<A> {
  #state: { readonly bytes: Uint8Array } | { readonly document: A | undefined };

  constructor(
    private readonly format: DocumentFormat<A>,
    private readonly path: readonly string[],
    bytes: Uint8Array,
    private readonly onUnreadable: OnUnreadable,
  ) {
    this.#state = { bytes };
  }

  /** Undefined when the stored bytes are not such a document. */
  get(): A | undefined {
    if ('document' in this.#state) return this.#state.document;
    const decoded = this.format.decode(this.#state.bytes);
    if (isLeft(decoded)) this.onUnreadable(this.path, decoded.left);
    this.#state = { document: isLeft(decoded) ? undefined : decoded.right };
    return this.#state.document;
  }
}
