/** A certificate, with those above it, and its key, as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** What https is spoken with. */
export interface Tls {
  readonly keyPair: KeyPair;
  /** The pairs that are to be used from then on, each checked, until the signal aborts. Never throws. */
  readonly changes: (signal: AbortSignal) => AsyncIterable<KeyPair>;
}
