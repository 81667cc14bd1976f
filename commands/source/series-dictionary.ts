import { type MetricName } from '../../domain/ids.js';
import { type Series, type Subject } from '../../domain/segment/segment.js';
import { SeriesList } from '../../domain/segment/series-list.js';
import { createSubject, SubjectTexts } from '../../domain/segment/subject.js';
import { type SeriesNumbers } from './row-form.js';

/**
 * What the series of a dictionary may hold, about, in bytes; and once it was full, as a source with ever new series makes
 * it again and again.
 */
const mostBytes = { atFirst: 14 * 1024 * 1024, later: 6 * 1024 * 1024 } as const;
/** What surrounds the characters of a subject, and what a series takes beside its subject. */
const subjectBytes = 400;
const seriesBytes = 70;
const mostSeries = 131_000;
const firstSeries = 1_024;
/** Texts that many subjects share, such as host names, are kept once as long as there are no more of them than this. */
const mostShared = 16_384;
const longestShared = 1_024;
/**
 * Of the subjects that one GPU has had, and of the series that a subject has, so many are looked at; one that is kept
 * twice costs memory only.
 */
const mostCompared = { subjects: 4, series: 128 } as const;

/** The series that a reader has met (see `ReadBlock.series`). */
export interface SeriesDictionary extends SeriesNumbers {
  /** Grows; another list after `startOver`. */
  readonly series: SeriesList;
  readonly isFull: boolean;
  /** What all subjects that it has ever met take, about, in bytes. */
  readonly subjectBytes: number;
  /** The number of a series of a subject that is in this dictionary, with no need of the hash of its row. */
  numberOf(metric: MetricName, subject: Subject): number;
  /** The subject in this dictionary that is equal; this one, when there is none. */
  keepSubject(subject: Subject): Subject;
  /** A source with ever new series would fill memory: forget them all. Blocks made before keep their list. */
  startOver(): void;
}

const bytesOf = ({ uuid, texts, extra }: Subject): number => {
  let bytes = subjectBytes + uuid.length;
  for (let place = 0; place < texts.length; place++) bytes += texts[place]!.length;
  for (const [, text] of extra) bytes += text.length + 100;
  return bytes;
};

const isSame = (subject: Subject, texts: Subject['texts'], extra: Subject['extra']): boolean =>
  texts.every((text, place) => text === subject.texts[place]) &&
  extra.every(([, text], place) => text === subject.extra[place]![1]);

/** A subject that a dictionary holds. */
class MetSubject extends SubjectTexts {
  /** The newest of its series there. */
  newest = -1;
  /** Which metrics it has, a bit for each of the first ones; those beyond share the last. */
  metrics = 0;
  /** One that the dictionary met before it, of the same UUID. */
  older: MetSubject | undefined;

  /** @param number in the list */
  constructor(
    uuid: string,
    texts: readonly string[],
    extra: Series['extra'],
    readonly number: number,
  ) {
    super(uuid, texts, extra);
  }
}

/** Metrics that have a bit of their own. */
const mostBits = 30;

class Dictionary implements SeriesDictionary {
  series = new SeriesList();
  #first = new Map<number, number>();
  /** The next series of the same hash, where there are several. */
  #following = new Map<number, number>();
  /** For each series the one before it of the same subject, or -1. */
  #older = new Int32Array(firstSeries);
  /** The newest subject of each UUID. */
  #subjects = new Map<string, MetSubject>();
  #metrics = new Map<MetricName, number>();
  #lastMetric: MetricName | undefined;
  #lastNumber = 0;
  #shared = new Map<string, string>();
  #bytes = 0;
  #most: number = mostBytes.atFirst;
  subjectBytes = 0;

  get isFull(): boolean {
    return this.#bytes > this.#most || this.series.length >= mostSeries;
  }

  startOver(): void {
    this.series = new SeriesList();
    this.#first = new Map();
    this.#following = new Map();
    this.#subjects = new Map();
    this.#metrics = new Map();
    this.#lastMetric = undefined;
    this.#shared = new Map();
    this.#bytes = 0;
    this.#most = mostBytes.later;
  }

  find(hash: number, isSame: (series: Series) => boolean): number | undefined {
    for (let at = this.#first.get(hash); at !== undefined; at = this.#following.get(at)) {
      if (isSame(this.series.at(at))) return at;
    }
    return undefined;
  }

  numberOf(metric: MetricName, subject: Subject): number {
    if (!(subject instanceof MetSubject)) throw new Error('this dictionary has never met the subject');
    return this.#numberOf(metric === this.#lastMetric ? this.#lastNumber : this.#metricNumber(metric), subject);
  }

  add(hash: number, entry: Series): number {
    const subject = this.keepSubject(createSubject(entry));
    // One that was met by its subject is found by its hash from now on.
    const number = this.#numberOf(this.#metricNumber(entry.metric), subject);
    const other = this.#first.get(hash);
    if (other !== undefined) this.#following.set(number, other);
    this.#first.set(hash, number);
    return number;
  }

  keepSubject({ uuid, texts, extra }: Subject): MetSubject {
    const newest = this.#subjects.get(uuid);
    let known = newest;
    for (let tried = 0; known !== undefined && tried < mostCompared.subjects; tried++, known = known.older) {
      if (isSame(known, texts, extra)) return known;
    }
    const shared = new Array<string>(texts.length);
    for (let place = 0; place < texts.length; place++) shared[place] = this.#share(texts[place]!);
    const subject = new MetSubject(uuid, shared, extra, this.series.subjects.length);
    this.series.addSubject(subject);
    subject.older = newest;
    this.#subjects.set(uuid, subject);
    const bytes = bytesOf(subject);
    this.#bytes += bytes;
    this.subjectBytes += bytes;
    return subject;
  }

  /** @param metric its number in the list */
  #numberOf(metric: number, subject: MetSubject): number {
    const bit = 1 << (metric < mostBits ? metric : mostBits);
    if ((subject.metrics & bit) !== 0) {
      let at = subject.newest;
      for (let tried = 0; at >= 0 && tried < mostCompared.series; tried++, at = this.#older[at]!) {
        if (this.series.metricAt[at] === metric) return at;
      }
    }
    const number = this.series.add(metric, subject.number);
    this.#bytes += seriesBytes;
    if (number >= this.#older.length) this.#growOlder();
    this.#older[number] = subject.newest;
    subject.newest = number;
    subject.metrics |= bit;
    return number;
  }

  #growOlder(): void {
    const larger = new Int32Array(2 * this.#older.length);
    larger.set(this.#older);
    this.#older = larger;
  }

  /** Mostly many series of one metric come after one another. */
  #metricNumber(metric: MetricName): number {
    if (metric === this.#lastMetric) return this.#lastNumber;
    let number = this.#metrics.get(metric);
    if (number === undefined) {
      number = this.series.addMetric(metric);
      this.#metrics.set(metric, number);
    }
    this.#lastMetric = metric;
    this.#lastNumber = number;
    return number;
  }

  #share<Text extends string>(text: Text): Text {
    if (text.length > longestShared) return text;
    const known = this.#shared.get(text);
    if (known !== undefined) return known as Text;
    if (this.#shared.size < mostShared) this.#shared.set(text, text);
    return text;
  }
}

export const createSeriesDictionary = (): SeriesDictionary => new Dictionary();
