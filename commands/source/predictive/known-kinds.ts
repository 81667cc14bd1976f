import { type MetricName } from '../../../domain/ids.js';
import { type Subject } from '../../../domain/segment/segment.js';
import * as layout from './kernel-memory.js';
import { type RowKernel } from './row-kernel.js';
import { type FoundTexts, type KindItem, RowKind } from './row-kind.js';

/** The kinds by which the kernel knows the first row of a subject, in its memory (see `RowKind`). */
export class KnownKinds implements FoundTexts {
  readonly #bytes: Buffer;
  readonly #ints: Int32Array;
  readonly #kinds: RowKind[] = [];
  #made = 0;
  /** Subjects that were met by a kind. */
  #met = 0;
  /** Where the texts of the row are told by which the last one was met. */
  #metHoles = 0;

  constructor(private readonly kernel: RowKernel) {
    this.#bytes = kernel.bytes;
    this.#ints = kernel.ints;
  }

  clear(): void {
    this.#made = this.#met = this.#kinds.length = 0;
    for (const at of [layout.told.kinds, layout.told.kind]) this.#ints[at >> 2] = 0;
  }

  /** Whether one more may be of use: as long as there are few, or those that there were have been of use. */
  get wantsMore(): boolean {
    return this.#made < layout.mostKinds + this.#met;
  }

  /** Rows of this kind are known from now on; beyond some, in place of those of the oldest. */
  add(subject: Subject, items: readonly KindItem[]): void {
    if (this.#isKnown(items)) return;
    const kind = this.#made++ % layout.mostKinds;
    let text = layout.kindTextsAt + kind * layout.kindTextBytes;
    if (items.reduce((sum, { start, end }) => sum + end - start, 0) > layout.kindTextBytes) return;
    items.forEach(({ start, end, follows }, at) => {
      const place = this.#itemPlace(kind, at);
      this.#bytes.copyWithin(text, layout.roomAt + start, layout.roomAt + end);
      [this.#ints[place], this.#ints[place + 1], this.#ints[place + 2]] = [text, end - start, follows];
      text += end - start;
    });
    this.#kinds[kind] = new RowKind(subject, items);
    this.#ints[layout.told.kinds >> 2] = this.#kinds.length;
    this.#ints[layout.told.kind >> 2] = kind;
  }

  /** The subject of a shape that the last run has met by its kind. */
  subjectMet(shape: number, metric: MetricName): Subject {
    const met = shape & (layout.mostRows - 1);
    this.#metHoles = (layout.metHolesAt + met * layout.holeBytes) >> 2;
    this.#met++;
    return this.#kinds[this.#ints[(layout.metKindAt >> 2) + met]!]!.subjectOf(metric, this);
  }

  /** See `FoundTexts`: of the row by which the last subject was met. */
  textOf(hole: number): string {
    const place = this.#metHoles + 2 * hole;
    const at = this.#ints[place]!;
    return this.#bytes.toString('latin1', at, at + this.#ints[place + 1]!);
  }

  #itemPlace(kind: number, item: number): number {
    return (layout.kindsAt + (kind * layout.mostItems + item) * layout.itemBytes) >> 2;
  }

  #isKnown(items: readonly KindItem[]): boolean {
    return this.#kinds.some((_, kind) =>
      items.every(({ start, end, follows }, at) => {
        const place = this.#itemPlace(kind, at);
        const [address, bytes] = [this.#ints[place]!, this.#ints[place + 1]!];
        const isSame = bytes === end - start && this.#ints[place + 2] === follows;
        return isSame && (bytes === 0 || this.kernel.equal(address, layout.roomAt + start, bytes) === 1);
      }),
    );
  }
}
