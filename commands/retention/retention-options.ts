/** How much of etcd's quota something may use: a share of it, or bytes. */
export type Allowance =
  { readonly kind: 'share'; readonly share: number } | { readonly kind: 'bytes'; readonly bytes: number };

/** What is to stay (promise R7). */
export interface RetentionOptions {
  readonly log: Allowance;
  /** Milliseconds after which the log's segments go, whatever their size; undefined keeps them by size alone. */
  readonly logAgeMs: number | undefined;
  /** Of each generation. */
  readonly history: Allowance;
  readonly historyAgeMs: number | undefined;
  /** The minutes of the clusters, of each generation. */
  readonly minutes: Allowance;
}

export const usualRetention: RetentionOptions = {
  log: { kind: 'share', share: 0.3 },
  logAgeMs: undefined,
  history: { kind: 'share', share: 0.2 },
  historyAgeMs: undefined,
  minutes: { kind: 'share', share: 0.05 },
};

export const allowedBytes = (allowance: Allowance, quotaBytes: number): number =>
  allowance.kind === 'bytes' ? allowance.bytes : Math.floor(allowance.share * quotaBytes);
