/** The last frame that was made about something, and what it began with. */
interface Made {
  readonly head: string;
  readonly frame: Buffer;
}

/**
 * Frames about the same thing: thousands of subscribers of one dashboard are sent the same bytes, which are made once.
 * One is kept for each thing, as clients that name their subscriptions by themselves all have their own.
 */
export class SharedFrames<Subject extends object> {
  readonly #made = new WeakMap<Subject, Made>();

  /** @param head with the subject it says all that is in the frame */
  frame(subject: Subject, head: string, make: () => Buffer): Buffer {
    const made = this.#made.get(subject);
    if (made?.head === head) return made.frame;
    const frame = make();
    this.#made.set(subject, { head, frame });
    return frame;
  }
}
