type Label = readonly [name: string, text: string];

/** Labels of which so many are held are not remembered for further devices: a fleet's have few texts, or one each. */
const mostShared = 16_384;

/** Labels kept once for all devices that have them: most of a device's are those of its host, its model and its exporter. */
export class SharedLabels {
  readonly #byName = new Map<string, Map<string, Label>>();
  #held = 0;

  share(labels: readonly Label[]): readonly Label[] {
    return labels.map((label) => this.#one(label));
  }

  #one(label: Label): Label {
    const [name, text] = label;
    const known = this.#byName.get(name)?.get(text);
    if (known) return known;
    if (this.#held < mostShared) this.#remember(label);
    return label;
  }

  #remember(label: Label): void {
    const [name, text] = label;
    const byText = this.#byName.get(name) ?? new Map<string, Label>();
    this.#byName.set(name, byText.set(text, label));
    this.#held++;
  }
}
