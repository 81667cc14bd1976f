import { type Series } from '../../domain/segment/segment.js';
import { SeriesList } from '../../domain/segment/series-list.js';
import { createSubject } from '../../domain/segment/subject.js';

/** A list of these series, each of a subject of its own. */
export const seriesList = (all: readonly Series[], list = new SeriesList()): SeriesList => {
  for (const series of all) {
    const known = list.metrics.indexOf(series.metric);
    list.add(known < 0 ? list.addMetric(series.metric) : known, list.addSubject(createSubject(series)));
  }
  return list;
};

/** All series of a list. */
export const seriesOf = (list: SeriesList): readonly Series[] =>
  Array.from({ length: list.length }, (_, number) => list.at(number));
