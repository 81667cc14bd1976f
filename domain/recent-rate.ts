/** Milliseconds between the moments that are remembered. */
const markEveryMs = 500;

/** How fast a total grows, over the last seconds: from what it was at a few moments before. */
export class RecentRate {
  #marks: readonly { readonly at: number; readonly total: number }[] = [];

  /** @param windowMs how far back it looks, in milliseconds */
  constructor(private readonly windowMs = 10_000) {}

  /**
   * Notes what the total is now and gives its growth a second.
   *
   * @param nowMs of a clock that only goes forward
   */
  perSecond(nowMs: number, total: number): number {
    const recent = this.#marks.filter(({ at }) => nowMs - at <= this.windowMs);
    const last = recent.at(-1);
    const isDue = last === undefined || nowMs - last.at >= markEveryMs;
    this.#marks = isDue ? [...recent, { at: nowMs, total }] : recent;
    const first = this.#marks[0]!;
    return first.at === nowMs ? 0 : ((total - first.total) * 1_000) / (nowMs - first.at);
  }
}
