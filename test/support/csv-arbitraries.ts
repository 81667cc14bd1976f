import fc from 'fast-check';
import { longHeader } from './source-texts.js';

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const needsQuotes = /[",\r\n]/;

/** A field's text as one of the ways to write it. */
const written = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(text, fc.boolean()).map(([value, quote]) => (quote || needsQuotes.test(value) ? quoted(value) : value));

const word = fc.constantFrom('GPU-1', 'GPU-2', 'host-a', 'nvidia0', 'é"x', 'a,b', 'two\nlines', 'cr\r\nlf', '"');
const anyText = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 5, arbitrary: word }, fc.string());
const time = fc.constantFrom(
  '2025-07-18T20:42:34Z',
  '2025-07-18T20:42:35Z',
  '2025-07-18T22:42:36.250+02:00',
  '2025-07-18 20:42:37',
  'yesterday',
);
const value = fc.oneof(fc.integer().map(String), fc.double().map(String), fc.constantFrom('1.0', '1e5', '', 'x', '-0'));

/** Rows of twelve fields that are records by the rules of quoting; not all are good as events. */
export const csvRow: fc.Arbitrary<string> = fc
  .tuple(
    written(time),
    written(fc.constantFrom('DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_DEV_GPU_TEMP', '')),
    ...Array.from({ length: 8 }, () => written(anyText)),
    written(value),
    written(anyText),
  )
  .map((fields) => fields.join(','));

const lineEnd = fc.constantFrom('\n', '\n', '\r\n');

/** Anything at all, mostly made of the characters that matter to a reader of CSV. */
const wild = fc.array(fc.constantFrom('"', '""', ',', '\n', '\r', '\r\n', 'a', 'é', '0', '\0'), { maxLength: 30 });

/** A whole text of the long form. */
export const csvText = (lines: fc.Arbitrary<string>, most: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(fc.tuple(lines, lineEnd), { minLength: 1, maxLength: most }), fc.boolean(), fc.boolean())
    .map(([rows, bom, ended]) => {
      const text = `${bom ? '\ufeff' : ''}${longHeader}\n${rows.flat().join('')}`;
      return ended ? text : text.replace(/\r?\n$/, '');
    });

/** Good records among lines that are none. */
export const csvLine: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: csvRow },
  { weight: 1, arbitrary: wild.map((parts) => parts.join('')) },
  { weight: 1, arbitrary: csvRow.map((row) => row.replace('"', '')) },
);

/**
 * A text as exporters write them: a few series again and again, in any order, each row with a time and a number of its
 * own, here and there one that differs in a byte. `columns` after the time are as in `longHeader`.
 */
export const exportText: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(csvRow, { minLength: 1, maxLength: 4 }),
    fc.array(
      fc.record({
        series: fc.nat({ max: 3 }),
        time: fc.oneof({ weight: 5, arbitrary: fc.constant('2025-07-18T20:42:34Z') }, time),
        value: fc.oneof(
          value,
          fc.float().map(String),
          fc.constantFrom('73.136', '0', '01', '-', '1.', '.5', '1e-9', '9'.repeat(20)),
        ),
        end: lineEnd,
        damage: fc.option(fc.tuple(fc.nat(), fc.constantFrom('"', ',', '\n', 'x', '', '1')), { freq: 12 }),
      }),
      { maxLength: 40 },
    ),
    fc.boolean(),
  )
  .map(([series, rows, ended]) => {
    const text = rows.map(({ series: index, time: at, value: number, end, damage }) => {
      const row = series[index % series.length]!.replace(/^("?)[^",]*/, `$1${at}`);
      const changed = withValue(row, number);
      if (damage === null) return changed + end;
      const [place, by] = [damage[0] % (changed.length + 1), damage[1]];
      return changed.slice(0, place) + by + changed.slice(place + 1) + end;
    });
    const whole = `${longHeader}\n${text.join('')}`;
    return ended ? whole : whole.replace(/\r?\n$/, '');
  });

/** Puts a number into the column before the last, which is quoted or not. */
const withValue = (row: string, number: string): string =>
  row.replace(/,("?)[^",]*("?),("(?:[^"]|"")*"|[^",]*)$/, `,$1${number}$2,$3`);
