import * as t from 'io-ts';
import { longColumns, longForm } from './long-form.js';
import { shown } from './reasons.js';
import { type RowForm } from './row-form.js';
import { metricOfColumn, requiredWideColumns, wideColumnOf, wideForm } from './wide-form.js';

export type HeaderReading =
  | { readonly kind: 'header'; readonly form: RowForm }
  /** One sentence for each thing that is wrong. */
  | { readonly kind: 'bad-header'; readonly problems: readonly string[] };

const bad = (...problems: string[]): HeaderReading => ({ kind: 'bad-header', problems });

const places = <Name extends string>(names: readonly Name[]) =>
  t.type(Object.fromEntries(names.map((name) => [name, t.number])) as Record<Name, t.NumberC>);
const LongPlaces = places(longColumns);
const WidePlaces = places(requiredWideColumns);

/** Columns named once more than they may be, or under two spellings of one meaning. */
const twice = (columns: readonly string[], meaning: (name: string) => string): readonly string[] => {
  const seen = new Map<string, string>();
  return columns.flatMap((name) => {
    const before = seen.get(meaning(name));
    seen.set(meaning(name), name);
    if (before === undefined) return [];
    return before === name
      ? [`the column ${shown(name)} is there twice`]
      : [`the columns ${shown(before)} and ${shown(name)} mean the same`];
  });
};

const missing = (errors: t.Errors): string => errors.map(({ context }) => context.at(-1)?.key ?? '').join(', ');

const longHeader = (columns: readonly string[]): HeaderReading => {
  const repeated = twice(columns, (name) => name);
  const found = LongPlaces.decode(Object.fromEntries(columns.map((name, at) => [name, at])));
  if (found._tag === 'Right' && repeated.length === 0) {
    return { kind: 'header', form: longForm(columns, found.right) };
  }
  if (found._tag === 'Right') return bad(...repeated);
  return bad(
    `these columns are missing: ${missing(found.left)} (a header needs ${longColumns.join(',')} in any order, ` +
      `or ${requiredWideColumns.join(',')} and a column for each metric, such as gpu_utilization)`,
    ...repeated,
  );
};

const wideHeader = (columns: readonly string[]): HeaderReading => {
  const repeated = twice(columns, (name) => wideColumnOf(name) ?? metricOfColumn(name) ?? `${name} `);
  const found = WidePlaces.decode(
    Object.fromEntries(
      columns.map((name, at) => [wideColumnOf(name), at] as const).filter(([column]) => column !== undefined),
    ),
  );
  if (found._tag === 'Left') return bad(`these columns are missing: ${missing(found.left)}`, ...repeated);
  if (repeated.length > 0) return bad(...repeated);
  const metrics = columns.flatMap((name, at) => {
    const metric = metricOfColumn(name);
    return metric === undefined ? [] : [{ name, metric, at }];
  });
  return { kind: 'header', form: wideForm(columns, found.right, metrics) };
};

/**
 * What the rows under a header are: the long form when it names a metric and a value, the wide form when it has a
 * column of a metric. Names are matched exactly.
 */
export const readHeader = (columns: readonly string[]): HeaderReading => {
  const isWide = columns.some((name) => metricOfColumn(name) !== undefined) && !columns.includes('metric_name');
  return isWide ? wideHeader(columns) : longHeader(columns);
};
