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
