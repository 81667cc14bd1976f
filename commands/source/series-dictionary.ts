import { type Series } from '../../domain/segment/segment.js';
import { type SeriesNumbers } from './row-form.js';

/** What the series of a dictionary may hold, in characters, with an allowance for what surrounds them. */
const mostCharacters = 24 * 1024 * 1024;
const allowance = 200;
const mostSeries = 65_536;
/** Texts that many series share, such as host names, are kept once as long as there are no more of them than this. */
const mostShared = 32_768;

/** The series that a reader has met (see `ReadBlock.series`). */
export interface SeriesDictionary extends SeriesNumbers {
  /** Grows; another array after `startOver`. */
  readonly series: readonly Series[];
  readonly isFull: boolean;
  /** A source with ever new series would fill memory: forget them all. Blocks made before keep their array. */
  startOver(): void;
}

const charactersOf = ({ labels, extra }: Series): number =>
  extra.reduce((sum, [, text]) => sum + text.length, labels.length + allowance);

class Dictionary implements SeriesDictionary {
  series: Series[] = [];
  #first = new Map<number, number>();
  /** For each series the next one of the same hash, or -1. */
  #following: number[] = [];
  #shared = new Map<string, string>();
  #characters = 0;

  get isFull(): boolean {
    return this.#characters > mostCharacters || this.series.length >= mostSeries;
  }

  startOver(): void {
    this.series = [];
    this.#first = new Map();
    this.#following = [];
    this.#shared = new Map();
    this.#characters = 0;
  }

  find(hash: number, isSame: (series: Series) => boolean): number | undefined {
    for (let at = this.#first.get(hash) ?? -1; at >= 0; at = this.#following[at]!) {
      if (isSame(this.series[at]!)) return at;
    }
    return undefined;
  }

  add(hash: number, entry: Series): number {
    const number = this.series.push(this.#sharing(entry)) - 1;
    this.#following.push(this.#first.get(hash) ?? -1);
    this.#first.set(hash, number);
    this.#characters += charactersOf(entry);
    return number;
  }

  #sharing(entry: Series): Series {
    return {
      metric: this.#share(entry.metric),
      gpuIndex: this.#share(entry.gpuIndex),
      device: this.#share(entry.device),
      uuid: this.#share(entry.uuid),
      modelName: this.#share(entry.modelName),
      hostname: this.#share(entry.hostname),
      container: this.#share(entry.container),
      pod: this.#share(entry.pod),
      namespace: this.#share(entry.namespace),
      labels: entry.labels,
      extra: entry.extra,
    };
  }

  #share<Text extends string>(text: Text): Text {
    const known = this.#shared.get(text);
    if (known !== undefined) return known as Text;
    if (this.#shared.size < mostShared) this.#shared.set(text, text);
    return text;
  }
}

export const createSeriesDictionary = (): SeriesDictionary => new Dictionary();
