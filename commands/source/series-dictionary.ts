import { type MetricName } from '../../domain/ids.js';
import { type Series, type Subject } from '../../domain/segment/segment.js';
import { createSubject, SubjectSeries, SubjectTexts } from '../../domain/segment/subject.js';
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
  /** Grows; another array after `startOver`. */
  readonly series: readonly Series[];
  readonly isFull: boolean;
  /** What all subjects that it has ever met take, about, in bytes. */
  readonly subjectBytes: number;
  /** The number of a series of a subject that is in this dictionary, with no need of the hash of its row. */
  numberOf(metric: MetricName, subject: Subject): number;
  /** The subject in this dictionary that is equal; this one, when there is none. */
  keepSubject(subject: Subject): Subject;
  /** A source with ever new series would fill memory: forget them all. Blocks made before keep their array. */
  startOver(): void;
}

const bytesOf = ({ uuid, texts, extra }: Subject): number => {
  let bytes = subjectBytes + uuid.length;
  for (const text of texts) bytes += text.length;
  for (const [, text] of extra) bytes += text.length + 100;
  return bytes;
};

const isSame = (a: Subject, b: Subject): boolean =>
  a.texts.every((text, place) => text === b.texts[place]) &&
  a.extra.every(([, text], place) => text === b.extra[place]![1]);

/** A subject that a dictionary holds, and the newest of its series there. */
class MetSubject extends SubjectTexts {
  newest = -1;
}

class Dictionary implements SeriesDictionary {
  series: Series[] = [];
  #first = new Map<number, number>();
  /** For each series the next one of the same hash, or -1. */
  #following: number[] = [];
  /** For each series the one before it of the same subject, or -1. */
  #older: number[] = [];
  /** The newest subjects of each UUID. */
  #subjects = new Map<string, MetSubject[]>();
  #shared = new Map<string, string>();
  #bytes = 0;
  #most: number = mostBytes.atFirst;
  subjectBytes = 0;

  get isFull(): boolean {
    return this.#bytes > this.#most || this.series.length >= mostSeries;
  }

  startOver(): void {
    this.series = [];
    this.#first = new Map();
    this.#following = [];
    this.#older = [];
    this.#subjects = new Map();
    this.#shared = new Map();
    this.#bytes = 0;
    this.#most = mostBytes.later;
  }

  find(hash: number, isSame: (series: Series) => boolean): number | undefined {
    for (let at = this.#first.get(hash) ?? -1; at >= 0; at = this.#following[at]!) {
      if (isSame(this.series[at]!)) return at;
    }
    return undefined;
  }

  numberOf(metric: MetricName, subject: Subject): number {
    if (!(subject instanceof MetSubject)) throw new Error('this dictionary has never met the subject');
    return this.#seriesOf(metric, subject) ?? this.#add(metric, subject);
  }

  add(hash: number, entry: Series): number {
    const subject = this.keepSubject(createSubject(entry));
    // One that was met by its subject is found by its hash from now on.
    const number = this.#seriesOf(entry.metric, subject) ?? this.#add(this.#share(entry.metric), subject);
    this.#following[number] = this.#first.get(hash) ?? -1;
    this.#first.set(hash, number);
    return number;
  }

  #seriesOf(metric: MetricName, subject: MetSubject): number | undefined {
    let at = subject.newest;
    for (let tried = 0; at >= 0 && tried < mostCompared.series; tried++, at = this.#older[at]!) {
      if (this.series[at]!.metric === metric) return at;
    }
    return undefined;
  }

  #add(metric: MetricName, subject: MetSubject): number {
    const number = this.series.push(new SubjectSeries(metric, subject)) - 1;
    this.#following.push(-1);
    this.#older.push(subject.newest);
    subject.newest = number;
    this.#bytes += seriesBytes;
    return number;
  }

  keepSubject(made: Subject): MetSubject {
    const before = this.#subjects.get(made.uuid);
    const known = before?.find((subject) => isSame(subject, made));
    if (known) return known;
    const texts = made.texts.map((text) => this.#share(text));
    const subject = new MetSubject(made.uuid, texts, made.extra);
    if (before === undefined) this.#subjects.set(subject.uuid, [subject]);
    else if (before.unshift(subject) > mostCompared.subjects) before.pop();
    const bytes = bytesOf(subject);
    this.#bytes += bytes;
    this.subjectBytes += bytes;
    return subject;
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
