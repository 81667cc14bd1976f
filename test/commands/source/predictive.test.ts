import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createBlockReader } from '../../../commands/source/block-reader.js';
import { chooseReader } from '../../../commands/source/choose-reader.js';
import { parseDecimal } from '../../../commands/source/decimal.js';
import { roomAt, told } from '../../../commands/source/predictive/kernel-memory.js';
import { NumberAt } from '../../../commands/source/predictive/number-at.js';
import { createRowKernel } from '../../../commands/source/predictive/row-kernel.js';
import { PredictiveReader } from '../../../commands/source/predictive/predictive-reader.js';
import { exportText } from '../../support/csv-arbitraries.js';
import { full } from '../../support/full-counts.js';
import { blocksOfPieces, contentsOf, cutAt, eventsOf, longHeader, longRow } from '../../support/source-texts.js';

/** Both readers on the same bytes: the reference gets them whole. */
const assertSame = (bytes: Uint8Array, pieces: readonly Uint8Array[], cutEvery?: bigint): void => {
  const reference = contentsOf(blocksOfPieces([bytes], cutEvery, createBlockReader));
  assert.deepEqual(contentsOf(blocksOfPieces(pieces, cutEvery, chooseReader)), reference);
};

describe('the predictive reader', () => {
  it('S3: hands out what the reference reader hands out, of any export, wherever its bytes are cut', () => {
    fc.assert(
      fc.property(exportText, fc.array(fc.nat(), { maxLength: 6 }), fc.boolean(), (text, cuts, paced) => {
        const bytes = Buffer.from(text);
        assertSame(bytes, cutAt(bytes, cuts), paced ? 1n : undefined);
      }),
      { numRuns: full ? 100_000 : 80 },
    );
  });

  it('S3: any byte of a predicted row changed, or left out, gives what the reference reader gives', () => {
    const rows = [0, 1, 2, 0, 1, 2].map((at) => longRow({ uuid: `GPU-${String(at)}`, value: `7${String(at)}.5` }));
    const text = Buffer.from(`${longHeader}\n${rows.join('\n')}\n`);
    const from = longHeader.length + 1 + (rows[0]!.length + 1) * 4;
    for (let at = from; at < from + rows[4]!.length + 1; at += full ? 1 : 11) {
      for (const by of ['"', ',', '\n', '\r', 'x', '0', '', '\xff']) {
        const changed = Buffer.concat([text.subarray(0, at), Buffer.from(by, 'latin1'), text.subarray(at + 1)]);
        assertSame(changed, [changed]);
      }
    }
  });

  it('L4: a number read from bytes is the number, and keeps its text, as parsed from text', () => {
    const number = new NumberAt();
    const digits = fc.stringMatching(/^[+-]?\d{0,18}(\.\d{0,18})?([eE][+-]?\d{1,3})?$/);
    const texts = fc.oneof(digits, fc.double().map(String), fc.float().map(String), fc.integer().map(String));
    fc.assert(
      fc.property(fc.oneof(texts, fc.string()), fc.constantFrom('"', ',', '\n', '\r', ''), (text, behind) => {
        if (/[",\r\n]/.test(text)) return;
        const bytes = Buffer.from(`"${text}${behind}`);
        const end = number.read(bytes, 1, bytes.length);
        const value = parseDecimal(text);
        assert.equal(end, value === undefined ? -1 : 1 + Buffer.byteLength(text));
        if (value === undefined) return;
        assert.ok(Object.is(number.value, value), text);
        assert.equal(number.text, String(value) === text ? undefined : text);
      }),
      { numRuns: full ? 500_000 : 3_000 },
    );
  });

  it('L4: the kernel reads every number of the usual form as it is, and no other', () => {
    const kernel = createRowKernel()!;
    const [room, values] = [Buffer.from(kernel.memory, roomAt), new Float64Array(kernel.memory)];
    const usual = /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/;
    const digits = fc.stringMatching(/^-?\d{0,17}(\.\d{0,17})?$/);
    const texts = fc.oneof(digits, fc.double().map(String), fc.float().map(String), fc.integer().map(String));
    fc.assert(
      fc.property(fc.oneof(texts, fc.string()), fc.constantFrom('"', ',', '\n', '\r', ''), (text, behind) => {
        if (/[",\r\n]/.test(text)) return;
        const length = room.write(`${text}${behind}`);
        const end = kernel.number(roomAt, roomAt + length);
        const digitsOf = text.replace(/[-.]/g, '').length;
        // Some with seven digits behind a zero are written without an exponent, too: they are left to the other reader.
        const isSmall = /^-?0\.\d{7}/.test(text);
        const isUsual = usual.test(text) && digitsOf <= 15 && !isSmall && String(Number(text)) === text;
        assert.equal(end, isUsual ? roomAt + text.length : -1, text);
        if (isUsual) assert.ok(Object.is(values[told.value / 8], Number(text)), text);
      }),
      { numRuns: full ? 500_000 : 5_000 },
    );
  });

  it('S3: thousands of series in any order, with new ones, long fields and both line ends', () => {
    const random = seeded(7);
    const rows = Array.from({ length: 12_000 }, (_, at) => {
      const gpu = random() % 700;
      const row = longRow({
        timestamp: `2025-07-18T20:42:${String(10 + Math.floor(at / 400)).padStart(2, '0')}Z`,
        metric_name: `DCGM_FI_DEV_${gpu % 2 ? 'GPU_UTIL' : 'GPU_TEMP'}`,
        uuid: `GPU-${'0'.repeat(120)}${String(gpu)}`,
        value: random() % 500 === 0 ? 'bad' : String((random() % 100_000) / 1000),
        labels_raw: `x="${'y'.repeat(gpu)}"`,
      });
      return row + (gpu % 9 === 0 ? '\r\n' : '\n');
    });
    const bytes = Buffer.from(`${longHeader}\n${rows.join('')}`);
    assertSame(bytes, cutAt(bytes, [100_000, 300_001, 300_002, 2_000_000]));
    assertSame(bytes, [bytes], 1_000_000_000n);
  });

  it('S3: rows whose every series is new', () => {
    const rows = Array.from({ length: 3000 }, (_, at) => longRow({ labels_raw: `row="${String(at)}"` }));
    const bytes = Buffer.from(`${longHeader}\n${rows.join('\n')}\n`);
    assertSame(bytes, [bytes]);
  });

  it('S3: rows about as long as a record may be, and numbers of any length', () => {
    const bound = 64 * 1024;
    const withValue = (value: string, labels = ''): string => longRow({ value, labels_raw: labels });
    const room = bound - withValue('1').length;
    const [zeros, threes] = [`${'0'.repeat(70_000)}5`, `1.${'3'.repeat(66_000)}`];
    const texts = [
      [withValue('1'), withValue(zeros), withValue('2')],
      [withValue('1'), withValue(threes), withValue('2')],
      ...[-12, -1, 0, 1].map((more) => {
        const labels = `a="${'x'.repeat(room + more)}"`;
        return [withValue('1', labels), withValue('123456789.5', labels), withValue('2', labels), withValue('1')];
      }),
    ];
    for (const rows of texts) {
      // The first row twice: then it is known what follows it.
      const bytes = Buffer.from(`${longHeader}\n${[rows[0], ...rows].join('\n')}\n`);
      assertSame(bytes, [bytes]);
      assertSame(bytes, cutAt(bytes, [997, 40_000, 70_500]));
    }
  });

  it('S3: series of known subjects and metrics that have not come together before', () => {
    const metrics = [
      'DCGM_FI_DEV_GPU_UTIL',
      'DCGM_FI_DEV_GPU_TEMP',
      'up',
      'host-1',
      'DCGM FI',
      'é',
      'a"b',
      'UUID="GPU-1',
    ];
    const labelsOf = [
      (metric: string, uuid: string) => `Hostname="host-1",UUID="${uuid}",__name__="${metric}",pod="p"`,
      (metric: string) => `__name__="${metric}"`,
      (metric: string) => `__name__="${metric}",__name__="${metric}"`,
      (_: string, uuid: string) => `uuid="${uuid}"`,
      (metric: string) => `__name__="${metric}_total"`,
      (metric: string) => metric,
    ];
    const asWritten = (row: string, way: number): string =>
      way === 1 ? row.replace(/^"([^"]*)","([\w-]*)"/, '"$1",$2') : row;
    const rowOf = fc.record({
      metric: fc.constantFrom(...metrics),
      gpu: fc.nat({ max: 2 }),
      labels: fc.nat({ max: labelsOf.length - 1 }),
      pod: fc.constantFrom('', 'é', 'pod-1'),
      value: fc.constantFrom('1', '73.5', '73.50', 'x', ''),
      way: fc.nat({ max: 2 }),
      end: fc.constantFrom('\n', '\r\n'),
    });
    fc.assert(
      fc.property(fc.array(rowOf, { maxLength: 40 }), fc.array(fc.nat(), { maxLength: 3 }), (rows, cuts) => {
        const lines = rows.map(({ metric, gpu, labels, pod, value, way, end }) => {
          const uuid = `GPU-${'0'.repeat(60)}${String(gpu)}`;
          const row = { metric_name: metric, uuid, pod, value, labels_raw: labelsOf[labels]!(metric, uuid) };
          return asWritten(longRow(row), way) + end;
        });
        const bytes = Buffer.from(`${longHeader}\n${lines.join('')}`);
        if (rows.length > 0) assertSame(bytes, cutAt(bytes, cuts));
      }),
      { numRuns: full ? 50_000 : 60 },
    );
  });

  it('is used for the long form that begins with its time, and the reference reader for all else', () => {
    const kinds: boolean[] = [];
    const noted = (start: Parameters<typeof chooseReader>[0]) => {
      const reader = chooseReader(start);
      kinds.push(reader instanceof PredictiveReader);
      return reader;
    };
    const reordered = `value,${longHeader.replace(',value', '')}\n1,2025-07-18T20:42:34Z,M,0,d,GPU-1,m,h,,,,\n`;
    const wide = 'timestamp,gpu_id,uuid,hostname,temperature\n2025-07-18T20:42:34Z,0,GPU-1,h,3\n';
    for (const text of [`${longHeader}\n${longRow()}\n`, reordered, wide]) {
      assert.equal(eventsOf(blocksOfPieces([Buffer.from(text)], undefined, noted)!).length, 1);
    }
    assert.deepEqual(kinds, [true, false, false]);
  });
});

/** Numerical Recipes' linear congruential generator: enough for an order that is none. */
const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
};
