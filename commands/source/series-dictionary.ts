import { type Series } from '../../domain/segment/segment.js';
import { type SeriesNumbers } from './row-form.js';

/** Of text in the dictionary, counted once: twice as much is held, in keys and series. */
const mostCharacters = 24 * 1024 * 1024;
const mostSeries = 100_000;

/** The series that a reader has met (see `ReadBlock.series`). */
export interface SeriesDictionary extends SeriesNumbers {
  /** Grows; another array after `startOver`. */
  readonly series: readonly Series[];
  readonly isFull: boolean;
  /** A source with ever new series would fill memory: forget them all. Blocks made before keep their array. */
  startOver(): void;
}

export const createSeriesDictionary = (): SeriesDictionary => {
  let series: Series[] = [];
  let numbers = new Map<string, number>();
  let characters = 0;
  return {
    get series() {
      return series;
    },
    get isFull() {
      return characters > mostCharacters || series.length >= mostSeries;
    },
    startOver: () => {
      series = [];
      numbers = new Map();
      characters = 0;
    },
    find: (key) => numbers.get(key),
    add: (key, entry) => {
      characters += key.length;
      numbers.set(key, series.length);
      return series.push(entry) - 1;
    },
  };
};
