/**
 * Why the store did not answer. After any of these a transaction may or may not have been applied.
 *
 * - `unreachable`: no connection, or no leader
 * - `slow`: no answer before the call's deadline
 * - `full`: "database space exceeded"
 * - `refused`: etcd will never take this call: too large a request, too many operations, not permitted
 */
export interface StoreFailure {
  readonly kind: 'unreachable' | 'slow' | 'full' | 'refused';
  /** What etcd or its client said. */
  readonly message: string;
}

/** One answer of the store to one call, which is not repeated by itself: whoever asks decides whether to ask again. */
export type StoreAnswer<T> =
  { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'unknown'; readonly failure: StoreFailure };
