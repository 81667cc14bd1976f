import { type SourceId } from '../../domain/ids.js';
import { type SourceRecord } from '../append/checkpoint-text.js';
import { passAfter, type Wish } from './begin.js';

/** Which pass over each source is wanted: decided when it is first looked at, so that a pass that another makes meanwhile counts. */
export class Wishes {
  readonly #wishes = new Map<SourceId, Wish>();

  /** @param again true for a new pass over what was appended to its end */
  constructor(private readonly again: boolean) {}

  of(source: SourceId, record: SourceRecord | undefined): Wish {
    const wish = this.#wishes.get(source) ?? this.#first(record);
    this.#wishes.set(source, wish);
    return wish;
  }

  #first(record: SourceRecord | undefined): Wish {
    if (!this.again || (record !== undefined && 'kind' in record)) return { kind: 'go-on' };
    return { kind: 'pass', pass: passAfter(record) };
  }
}
