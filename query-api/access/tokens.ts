/** Tokens that hold from now on; what is left out holds on. */
export interface TokenChange {
  readonly read?: readonly string[];
  readonly admin?: string;
}

/** Hands over each change of what the tokens are, until the signal aborts. Never throws. */
export type FollowTokens = (take: (change: TokenChange) => void, signal: AbortSignal) => Promise<void>;

/** The tokens that hold now. */
export class Tokens {
  /**
   * @param read requests must carry one of them; without any everybody may read
   * @param admin what requests that change something must carry; undefined lets nobody
   */
  constructor(
    private read: readonly string[],
    private admin: string | undefined,
  ) {}

  get ofAdmin(): string | undefined {
    return this.admin;
  }

  /** Who may change something may also read; an admin token alone closes nothing to readers. */
  get ofReaders(): readonly string[] {
    return this.read.length === 0 || this.admin === undefined ? this.read : [...this.read, this.admin];
  }

  /** Whether readers have one the less: what they opened with it is over. */
  take({ read = this.read, admin = this.admin }: TokenChange): boolean {
    const before = this.ofReaders;
    [this.read, this.admin] = [read, admin];
    return before.some((token) => !this.ofReaders.includes(token));
  }
}
