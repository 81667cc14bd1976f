import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { type Run, runTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

type Columns = Readonly<Record<string, unknown>>;

interface Refusal {
  /** In the file; its first row is 1. */
  readonly row: number;
  /** Without its line end. */
  readonly record: string;
  /** One for each thing that is wrong with it. */
  readonly reasons: readonly RegExp[];
}

/** A file that is read to its end, whatever is wrong with some of its rows. */
interface ReadFile {
  readonly title: string;
  readonly text: string;
  /** `latin1` writes what is no UTF-8. */
  readonly encoding?: 'latin1';
  /** Some columns of each event, in the order of the file. */
  readonly events: readonly Columns[];
  readonly refused?: readonly Refusal[];
}

/** A file of which nothing is taken. */
interface RefusedFile {
  readonly title: string;
  /** Absent where there is no file. */
  readonly text?: string;
  /** 2 when what was asked for cannot be asked for. */
  readonly code: 1 | 2;
  readonly says: RegExp;
}

interface StoredLetter {
  readonly path: string;
  readonly row: number;
  readonly offset: number;
  readonly reasons: readonly string[];
  readonly raw: string | null;
  readonly length: number;
  readonly sha256: string;
}

const good = (value: string): string => longRow({ value });
const linesOf = (...lines: readonly string[]): string => [longHeader, ...lines, ''].join('\n');
/** A file with one good row before the given ones and one behind them. */
const amid = (...lines: readonly string[]): string => linesOf(good('1'), ...lines, good('2'));
const before = { value: '1' };
const behind = { value: '2' };

const unquoted = (value: string): string =>
  longRow({ value, labels_raw: 'x' })
    .split(',')
    .map((field) => field.slice(1, -1))
    .join(',');

/** The quote of the last column is not closed. */
const openQuote = good('9').slice(0, -1);
/** Without a quote that could close it, and more than a record may have. */
const manyUnquoted = Array.from({ length: 900 }, (_, number) => String(number));
const huge = longRow({ pod: 'p'.repeat(70_000) });
const large = 'p'.repeat(60_000);
const isNoText = longRow({ pod: 'é' });

const readFiles: readonly ReadFile[] = [
  { title: 'a byte order mark', text: `\ufeff${linesOf(good('1'), good('2'))}`, events: [before, behind] },
  {
    title: 'CRLF, which is no part of a last column that has no quotes',
    text: linesOf(good('1'), unquoted('2')).replaceAll('\n', '\r\n'),
    events: [
      { ...before, labels_raw: 'a="b"' },
      { ...behind, labels_raw: 'x' },
    ],
  },
  {
    title: 'quoted newlines of both kinds',
    text: amid(longRow({ value: '3', pod: 'a\nb', namespace: 'c\r\nd' })),
    events: [before, { value: '3', pod: 'a\nb', namespace: 'c\r\nd' }, behind],
  },
  {
    title: 'columns in another order, and one more',
    text: ['rack', ...longHeader.split(',').reverse()]
      .join(',')
      .concat('\n"r7",', good('1').split(',').reverse().join(','), '\n'),
    events: [{ ...before, Hostname: 'host-1', labels_raw: 'a="b"', extra: { rack: 'r7' } }],
  },
  {
    title: 'an empty value, which is not zero',
    text: amid(good('')),
    events: [before, behind],
    refused: [{ row: 2, record: good(''), reasons: [/^value is ""/] }],
  },
  {
    title: 'an empty cell of the wide form, which was not sampled',
    text: [
      'timestamp,gpu_id,uuid,hostname,device,model_name,gpu_utilization,temperature',
      '2025-07-18T20:42:34Z,0,GPU-1,host-1,nvidia0,H100,1,',
      '2025-07-18T20:42:35Z,0,GPU-1,host-1,nvidia0,H100,,2\n',
    ].join('\n'),
    events: [
      { ...before, metric_name: 'DCGM_FI_DEV_GPU_UTIL' },
      { ...behind, metric_name: 'DCGM_FI_DEV_GPU_TEMP' },
    ],
  },
  {
    title: 'NaN, and values that are infinite or too large for a number',
    text: amid(...['NaN', 'Infinity', '-Inf', '1e999'].map(good)),
    events: [before, behind],
    refused: ['NaN', 'Infinity', '-Inf', '1e999'].map((value, at) => ({
      row: 2 + at,
      record: good(value),
      reasons: [new RegExp(`^value is "${value}"`)],
    })),
  },
  {
    title: 'several things wrong with one row, each of which is told',
    text: amid(longRow({ timestamp: 'yesterday', uuid: '', value: 'x' })),
    events: [before, behind],
    refused: [
      {
        row: 2,
        record: longRow({ timestamp: 'yesterday', uuid: '', value: 'x' }),
        reasons: [/^timestamp is "yesterday"/, /^uuid is ""/, /^value is "x"/],
      },
    ],
  },
  {
    title: 'a huge field, of which length and hash are kept',
    text: amid(huge),
    events: [before, behind],
    refused: [{ row: 2, record: huge, reasons: [/64 KiB/] }],
  },
  {
    title: 'a large field that a record has room for',
    text: amid(longRow({ value: '3', pod: large })),
    events: [before, { value: '3', pod: large }, behind],
  },
  {
    title: 'invalid UTF-8',
    text: amid(isNoText),
    encoding: 'latin1',
    events: [before, behind],
    refused: [{ row: 2, record: isNoText, reasons: [/UTF-8/] }],
  },
  {
    title: 'an unterminated quote in the middle, quoted rows behind it',
    text: amid(openQuote),
    events: [before, behind],
    refused: [{ row: 2, record: openQuote, reasons: [/quote/] }],
  },
  {
    title: 'an unterminated quote that a few rows and the end of the file do not close',
    text: linesOf(good('1'), openQuote, unquoted('3'), unquoted('4')),
    events: [before, { value: '3' }, { value: '4' }],
    refused: [{ row: 2, record: openQuote, reasons: [/quote/] }],
  },
  {
    title: 'an unterminated quote that more than 64 KiB of rows do not close',
    text: linesOf(good('1'), openQuote, ...manyUnquoted.map(unquoted)),
    events: [before, ...manyUnquoted.map((value) => ({ value }))],
    refused: [{ row: 2, record: openQuote, reasons: [/64 KiB/] }],
  },
  {
    title: 'a header line that comes a second time, as in two exports put together',
    text: amid(longHeader),
    events: [before, behind],
    refused: [{ row: 2, record: longHeader, reasons: [/^timestamp is "timestamp"/, /^value is "value"/] }],
  },
  { title: 'a header only', text: `${longHeader}\n`, events: [] },
];

const refusedFiles: readonly RefusedFile[] = [
  {
    title: 'missing columns, each of which is named',
    text: 'timestamp,metric_name,gpu_id,device,modelName,Hostname,container,pod,namespace,labels_raw\n1,2,3,4,5,6,7,8,9,0\n',
    code: 1,
    says: /missing: uuid, value\b/,
  },
  {
    title: 'a column that is twice in the header',
    text: `${longHeader},pod\n${good('1')},"p"\n`,
    code: 1,
    says: /"pod".*twice/,
  },
  { title: 'an empty file', text: '', code: 1, says: /header/ },
  { title: 'an absent file', code: 2, says: /rows\.csv/ },
];

/** What is to be stored of a refused row; a header that came again stands in the file twice. */
const letterOf = (path: string, text: string, { row, record }: Refusal, encoding?: 'latin1') => {
  const bytes = Buffer.from(record, encoding);
  return {
    path,
    row,
    offset: Buffer.from(text, encoding).lastIndexOf(bytes),
    raw: bytes.length > 64 * 1024 ? null : bytes.toString('base64'),
    length: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
};

const assertReasons = (said: readonly string[], expected: readonly RegExp[]): void => {
  assert.equal(said.length, expected.length, said.join('; '));
  expected.forEach((reason, at) => assert.match(said[at]!, reason));
};

/** Of each event the columns that are expected, so that the two can be compared. */
const alike = (events: readonly Columns[], expected: readonly Columns[]): readonly Columns[] =>
  events.map((event, at) =>
    Object.fromEntries(Object.keys(expected[at] ?? { value: '' }).map((name) => [name, event[name]])),
  );

describe('telemetry stream on bad input', () => {
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  let store: readonly string[];
  let path: string;

  beforeEach(() => {
    store = ['--etcd', etcd().endpoint, '--prefix', freshPrefix()];
    path = join(folder(), 'rows.csv');
  });

  const run = (...args: readonly string[]): Promise<Run> => runTelemetry([...args, ...store]);
  const objects = <Each>({ stdout }: Run): readonly Each[] =>
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Each);
  const events = async (): Promise<readonly Columns[]> => objects<Columns>(await run('log', 'read'));
  const letters = async (): Promise<readonly StoredLetter[]> => objects(await run('dead-letters', 'list', '--json'));

  /** Streams the file by a process of its own; its exit code, and what its summary says. */
  const stream = async (file = path) => {
    const { code, stdout, stderr } = await run('stream', file, '--json');
    const summary = JSON.parse(stdout || '{}') as Columns & { sources?: readonly { message: string }[] };
    const { ok, events, dead_letters, sources } = summary;
    return { outcome: { code, ok, events, dead_letters }, says: sources?.[0]?.message ?? '', stdout, stderr };
  };

  for (const { title, text, encoding, events: expected, refused = [] } of readFiles)
    it(`S3: reads on through ${title}`, async () => {
      await writeFile(path, text, encoding);
      const { outcome, stderr } = await stream();
      const counts = { events: expected.length, dead_letters: refused.length };
      assert.deepEqual(outcome, { code: 0, ok: true, ...counts }, stderr);
      assert.deepEqual(alike(await events(), expected), expected);

      const stored = await letters();
      assert.deepEqual(
        stored.map(({ path, row, offset, raw, length, sha256 }) => ({ path, row, offset, raw, length, sha256 })),
        refused.map((refusal) => letterOf(path, text, refusal, encoding)),
      );
      stored.forEach(({ reasons }, at) => assertReasons(reasons, refused[at]!.reasons));
    });

  for (const { title, text, code, says } of refusedFiles)
    it(`S3: takes nothing, and says why, of ${title}`, async () => {
      if (text !== undefined) await writeFile(path, text);
      const refusal = await stream();
      const nothing = { ok: false, events: 0, dead_letters: 0 };
      const none = { ok: undefined, events: undefined, dead_letters: undefined };
      assert.deepEqual(refusal.outcome, { code, ...(code === 1 ? nothing : none) }, refusal.stderr);
      assert.match(code === 1 ? refusal.says : refusal.stderr, says);
      assert.deepEqual([await events(), await letters()], [[], []]);
    });

  it('S1, S3: takes the whole rows of a .gz that breaks off, fails, and goes on once the file is whole', async () => {
    const file = `${path}.gz`;
    const whole = linesOf(good('1'), good('2'), good('3'));
    const cut = whole.slice(0, -good('3').length / 2);
    await writeFile(file, gzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH }));
    const broken = await stream(file);
    assert.deepEqual(broken.outcome, { code: 1, ok: false, events: 2, dead_letters: 0 }, broken.stderr);
    assert.match(broken.says, /break|broke|truncated|unexpected end/i);

    await writeFile(file, gzipSync(whole));
    const rest = await stream(file);
    assert.deepEqual(rest.outcome, { code: 0, ok: true, events: 1, dead_letters: 0 }, rest.stderr);
    const values = (await events()).map(({ value }) => value);
    assert.deepEqual([values, await letters()], [['1', '2', '3'], []]);
  });
});
