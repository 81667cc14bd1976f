/**
 * Numbers the entries of a table anew for one device after the other. What was noted for the device before is told
 * apart by its round, so nothing of the table's size is cleared in between.
 */
export class Renumbering {
  private round = 0;
  private rounds = new Uint32Array(0);
  private numbers = new Uint32Array(0);

  /** The entries that these events use, in the order in which they do, and each event's number among them. */
  of(
    events: Uint32Array,
    column: Uint32Array,
    size: number,
  ): { readonly used: number[]; readonly column: Uint32Array } {
    this.begin(size);
    const used: number[] = [];
    const renumbered = new Uint32Array(events.length);
    for (let i = 0; i < events.length; i++) {
      const entry = column[events[i]!]!;
      if (this.rounds[entry] !== this.round) {
        this.rounds[entry] = this.round;
        this.numbers[entry] = used.push(entry) - 1;
      }
      renumbered[i] = this.numbers[entry]!;
    }
    return { used, column: renumbered };
  }

  private begin(size: number): void {
    this.round++;
    if (size <= this.rounds.length) return;
    this.rounds = new Uint32Array(size * 2);
    this.numbers = new Uint32Array(size * 2);
  }
}
