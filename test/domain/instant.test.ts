import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatInstant, instantOfMillis, parseInstant, type Instant } from '../../domain/instant.js';

describe('times', () => {
  const readings: readonly [text: string, canonical: string][] = [
    ['2025-07-18T20:42:34Z', '2025-07-18T20:42:34Z'],
    ['2025-07-18t20:42:34z', '2025-07-18T20:42:34Z'],
    ['2025-07-18T22:42:34+02:00', '2025-07-18T20:42:34Z'],
    ['2025-07-18T16:12:34-04:30', '2025-07-18T20:42:34Z'],
    ['2025-07-18 20:42:34', '2025-07-18T20:42:34Z'],
    ['2025-07-18T20:42:34.500000000Z', '2025-07-18T20:42:34.5Z'],
    ['2025-07-18T20:42:34.000000001Z', '2025-07-18T20:42:34.000000001Z'],
    ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59.5Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999999999Z'],
  ];
  for (const [text, canonical] of readings) {
    it(`reads ${text} as ${canonical}`, () => {
      const at = parseInstant(text);
      assert.ok(at !== undefined);
      assert.equal(formatInstant(at), canonical);
    });
  }

  const refused = ['', 'now', '2025-07-18', '2025-07-18T20:42:34', '2025-02-30T00:00:00Z', '2025-07-18T24:00:00Z']
    .concat(['2025-07-18T20:42:60Z', '2025-13-01T00:00:00Z', '2025-07-18T20:42:34.0000000001Z', '1752871354'])
    .concat(['2025-07-18T20:42:34+24:00', '2025-07-18T20:42:34+0200', ' 2025-07-18T20:42:34Z', '2025-07-18  20:42:34']);
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(parseInstant(text), undefined);
    });
  }

  it('gives back every nanosecond that it wrote', () => {
    const years0to9999 = fc.bigInt({ min: -62_167_219_200n * 1_000_000_000n, max: 253_402_300_799_999_999_999n });
    fc.assert(
      fc.property(years0to9999, (nanos) => {
        assert.equal(parseInstant(formatInstant(nanos as Instant)), nanos);
      }),
    );
  });

  it('takes a clock in milliseconds', () => {
    assert.equal(formatInstant(instantOfMillis(1_752_871_354_250)), '2025-07-18T20:42:34.25Z');
  });
});
