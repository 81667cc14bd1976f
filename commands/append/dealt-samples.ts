import { type NumberedSeries, type ObservedTime, type Samples, type Series } from '../../domain/segment/segment.js';
import { type SeriesList } from '../../domain/segment/series-list.js';

/** Series of one dictionary that a partition has events of, as they were listed. */
export interface DealtSeries extends NumberedSeries {
  readonly list: SeriesList;
}

/** Its series are put together for who looks at them: those of one dictionary are written by their numbers. */
export class DealtSamples implements Samples {
  #series: readonly Series[] | undefined;

  constructor(
    private readonly met: readonly DealtSeries[],
    readonly times: readonly ObservedTime[],
    readonly seriesAt: Uint32Array,
    readonly timeAt: Uint32Array,
    readonly values: Float64Array,
    readonly texts: ReadonlyMap<number, string>,
  ) {}

  get numbered(): NumberedSeries | undefined {
    return this.met.length === 1 ? this.met[0] : undefined;
  }

  get series(): readonly Series[] {
    return (this.#series ??= this.met.flatMap(({ list, numbers }) => Array.from(numbers, (number) => list.at(number))));
  }
}
