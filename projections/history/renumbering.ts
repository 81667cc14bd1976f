/**
 * Numbers the entries of a table anew for one device after the other. What was noted for the device before is told
 * apart by its round, so nothing of the table's size is cleared in between.
 */
export class Renumbering {
  private round = 0;
  private rounds = new Uint32Array(0);
  private numbers = new Uint32Array(0);

  /** Puts new numbers into a column of a device's; gives the entries that they stand for, in the order of first use. */
  renumber(column: Uint32Array, size: number): number[] {
    this.begin(size);
    const used: number[] = [];
    for (let i = 0; i < column.length; i++) {
      const entry = column[i]!;
      if (this.rounds[entry] !== this.round) {
        this.rounds[entry] = this.round;
        this.numbers[entry] = used.push(entry) - 1;
      }
      column[i] = this.numbers[entry]!;
    }
    return used;
  }

  private begin(size: number): void {
    this.round++;
    if (size <= this.rounds.length) return;
    this.rounds = new Uint32Array(size * 2);
    this.numbers = new Uint32Array(size * 2);
  }
}
