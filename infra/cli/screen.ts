const escape = '\u001b[';

/** What `Screen` needs of a terminal's stream. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Draws lines over those that it drew before, each cut at the edge of the terminal; the cursor is hidden meanwhile. */
export class Screen {
  #drawn = false;

  constructor(private readonly terminal: Terminal) {}

  draw(lines: readonly string[]): void {
    // A terminal that does not know its size says 0.
    const columns = this.terminal.columns || 80;
    const rows = this.terminal.rows || 24;
    const shown = lines.slice(0, rows - 1).map((line) => `${line.slice(0, columns)}${escape}K\n`);
    const begin = this.#drawn ? `${escape}H` : `${escape}?25l${escape}2J${escape}H`;
    this.#drawn = true;
    this.terminal.write(`${begin}${shown.join('')}${escape}J`);
  }

  /** Gives the cursor back, below what was drawn last. */
  end(): void {
    if (this.#drawn) this.terminal.write(`${escape}?25h`);
  }
}
