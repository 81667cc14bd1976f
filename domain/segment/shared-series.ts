import { type GpuUuid } from '../ids.js';
import { DecodedSeries } from './decoded-series.js';
import { type Series, type Subject } from './segment.js';

/** Series of one UUID that are looked through for an equal one at most; further ones are shared by nobody. */
const mostOfUuid = 64;

/** What is held of one UUID, and how often each is named. */
interface OfUuid {
  readonly series: DecodedSeries[];
  readonly users: number[];
}

const sameExtra = (a: Series['extra'], b: Series['extra']): boolean =>
  a.length === b.length && a.every(([name, text], i) => name === b[i]![0] && text === b[i]![1]);

/** Of one UUID. */
const sameSubject = (a: Subject, b: Subject): boolean =>
  a === b || (a.texts.every((text, place) => text === b.texts[place]) && sameExtra(a.extra, b.extra));

const same = (a: DecodedSeries, b: DecodedSeries): boolean =>
  a.metric === b.metric && sameSubject(a.subject, b.subject);

/**
 * The series that kept dictionaries name. Dictionaries of one lane and partition name mostly the same ones, in another
 * order where an append began elsewhere in the source: they share the objects.
 */
export class SharedSeries {
  readonly #byUuid = new Map<GpuUuid, OfUuid>();
  #held = 0;

  /** Series held together. */
  get held(): number {
    return this.#held;
  }

  /** One more dictionary names these series; gives the objects that it is to hold. */
  keep(series: readonly DecodedSeries[]): readonly DecodedSeries[] {
    return series.map((one) => this.#share(one));
  }

  #share(one: DecodedSeries): DecodedSeries {
    const { series, users } = this.#of(one.uuid);
    const place = series.findIndex((other) => same(other, one));
    if (place >= 0) {
      users[place]!++;
      return series[place]!;
    }
    this.#held++;
    if (series.length >= mostOfUuid) return one;
    const kept = this.#withSubject(one, series);
    series.push(kept);
    users.push(1);
    return kept;
  }

  /** The series of a subject that is held already: dictionaries name some metrics of a GPU each, too. */
  #withSubject(one: DecodedSeries, known: readonly DecodedSeries[]): DecodedSeries {
    const subject = known.find((other) => sameSubject(other.subject, one.subject))?.subject;
    return subject === undefined || subject === one.subject ? one : new DecodedSeries(one.metric, subject);
  }

  #of(uuid: GpuUuid): OfUuid {
    const known = this.#byUuid.get(uuid) ?? { series: [], users: [] };
    this.#byUuid.set(uuid, known);
    return known;
  }

  /** A dictionary that held these objects is gone. */
  drop(series: readonly DecodedSeries[]): void {
    for (const one of series) {
      const { series: known, users } = this.#of(one.uuid);
      const place = known.indexOf(one);
      if (place >= 0 && --users[place]! > 0) continue;
      this.#held--;
      if (place >= 0) {
        known.splice(place, 1);
        users.splice(place, 1);
      }
      if (known.length === 0) this.#byUuid.delete(one.uuid);
    }
  }
}
