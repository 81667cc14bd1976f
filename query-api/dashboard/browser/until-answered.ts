import { SignedOut } from './ask.js';
import { type FailingRequests } from './failing.js';

/** What was refused is asked for again so long after. */
const againMs = 5_000;

/** One thing that is asked for until it is answered; the page is told while it fails. */
export class UntilAnswered {
  #again: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(
    private readonly failing: FailingRequests,
    private readonly who: string,
    private readonly what: string,
  ) {}

  /** Resolves after the first try, whatever came of it. A later request takes the place of one that is still tried. */
  async ask(request: () => Promise<void>): Promise<void> {
    clearTimeout(this.#again);
    try {
      await request();
      this.failing.answered(this.who, this.what);
    } catch (error) {
      // Who is signed out is told so elsewhere, and sent away from the page.
      if (this.#over || error instanceof SignedOut) return;
      this.failing.failed(this.who, this.what, error, againMs);
      clearTimeout(this.#again);
      this.#again = setTimeout(() => void this.ask(request), againMs);
    }
  }

  end(): void {
    this.#over = true;
    clearTimeout(this.#again);
  }
}
