import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  formatInstant,
  instantOfMillis,
  isCanonical,
  nearestWritable,
  parseInstant,
  type Instant,
} from '../../domain/instant.js';

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
    .concat(['0000-01-01T00:00:00+23:59', '9999-12-31T23:59:59-00:01', '0000-01-01T00:00:00.5+00:01'])
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

  const two = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'));
  const dates = fc.tuple(fc.constantFrom('0000', '1900', '2024', '2025', '9999'), two(13), two(32));
  const timesOfDay = fc.tuple(two(24), two(60), two(60));

  it('reads the days and times that a calendar has, in whatever order they come', () => {
    fc.assert(
      fc.property(dates, timesOfDay, (date, time) => {
        const text = `${date.join('-')}T${time.join(':')}`;
        const millis = Date.parse(`${text}Z`);
        const exists = !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(text);
        assert.equal(parseInstant(`${text}Z`), exists ? instantOfMillis(millis) : undefined);
      }),
      { numRuns: 1000 },
    );
  });

  it('knows the canonical texts among those that it reads', () => {
    const fractions = fc.constantFrom('', '.0', '.5', '.50', '.000000001', '.123456789', '.100000000');
    const suffixes = fc.constantFrom('Z', 'z', '+00:00', '-00:00', '+01:30', '');
    fc.assert(
      fc.property(dates, fc.constantFrom('T', 't', ' '), timesOfDay, fractions, suffixes, (date, between, ...rest) => {
        const [time, fraction, suffix] = rest;
        const text = `${date.join('-')}${between}${time.join(':')}${fraction}${suffix}`;
        const at = parseInstant(text);
        if (at !== undefined) assert.equal(isCanonical(text), formatInstant(at) === text, text);
      }),
      { numRuns: 1000 },
    );
  });

  it('accepts no text whose time cannot be written again, at either end of the years', () => {
    const minute = fc.integer({ min: 0, max: 59 }).map((n) => String(n).padStart(2, '0'));
    const hour = fc.integer({ min: 0, max: 23 }).map((n) => String(n).padStart(2, '0'));
    const day = fc.constantFrom('0000-01-01', '9999-12-31', '2024-02-29');
    const sign = fc.constantFrom('+', '-');
    fc.assert(
      fc.property(day, hour, minute, sign, hour, minute, (date, h, m, ahead, offsetHours, offsetMinutes) => {
        const at = parseInstant(`${date}T${h}:${m}:00${ahead}${offsetHours}:${offsetMinutes}`);
        if (at !== undefined) assert.equal(parseInstant(formatInstant(at)), at);
      }),
    );
  });

  it('keeps a computed time within what can be written', () => {
    const ends = [10n ** 30n, -(10n ** 30n), 5n].map((nanos) => formatInstant(nearestWritable(nanos)));
    assert.deepEqual(ends, [
      '9999-12-31T23:59:59.999999999Z',
      '0000-01-01T00:00:00Z',
      '1970-01-01T00:00:00.000000005Z',
    ]);
  });

  it('takes a clock in milliseconds', () => {
    assert.equal(formatInstant(instantOfMillis(1_752_871_354_250)), '2025-07-18T20:42:34.25Z');
  });
});
