import assert from 'node:assert/strict';
import { openSource } from '../../../commands/source/open-source.js';
import { never } from '../../support/never.js';
import { seriesOf } from '../../support/series-list.js';
import {
  cluster,
  eventsOf,
  longHeader,
  longRow,
  memoryText,
  readText,
  rejectedOf,
  textsOf,
} from '../../support/source-texts.js';

const text = (...lines: readonly string[]): string => [longHeader, ...lines, ''].join('\n');
const values = async (bytes: string | Uint8Array): Promise<readonly number[]> =>
  eventsOf(await readText(bytes)).map(({ value }) => value);
const refusal = async (bytes: string | Uint8Array): Promise<string> => {
  const opening = await openSource(memoryText(Buffer.from(bytes)), cluster, never);
  assert.equal(opening.kind, 'refused');
  return opening.kind === 'refused' ? `${opening.reason}: ${opening.message}` : '';
};
/** The only dead letter of a text whose other rows are good. */
const theRejected = async (bytes: string | Uint8Array) => {
  const rejected = rejectedOf(await readText(bytes));
  assert.equal(rejected.length, 1);
  return rejected[0]!;
};

describe('S3: what is accepted', () => {
  it('S3: a byte order mark', async () => {
    const blocks = await readText(`\ufeff${text(longRow())}`);
    assert.equal(eventsOf(blocks).length, 1);
    assert.equal(blocks[0]!.from, 0);
    assert.equal(blocks.at(-1)!.to, Buffer.byteLength(`\ufeff${text(longRow())}`));
  });

  it('S3: CRLF, LF and both in one file, and a last line without an end', async () => {
    const lines = [longHeader, longRow({ value: '1' }), longRow({ value: '2' }), longRow({ value: '3' })];
    assert.deepEqual(await values(lines.join('\r\n')), [1, 2, 3]);
    assert.deepEqual(await values(`${lines[0]!}\n${lines[1]!}\r\n${lines[2]!}\n${lines[3]!}\r`), [1, 2, 3]);
  });

  it('S3: quoted newlines, in the header too', async () => {
    const header = `${longHeader},"an extra\ncolumn"`;
    const blocks = await readText(`${header}\n${longRow({ pod: 'two\r\nlines' })},"x\ny"\n${longRow()},z\n`);
    assert.deepEqual(
      eventsOf(blocks).map(({ value }) => value),
      [1, 1],
    );
    assert.equal(blocks[0]!.series.at(0).pod, 'two\r\nlines');
    assert.deepEqual(blocks[0]!.series.at(0).extra, [['an extra\ncolumn', 'x\ny']]);
  });

  it('S3: reordered and extra columns, unquoted fields, empty lines', async () => {
    const header =
      'value,spare,labels_raw,namespace,pod,container,Hostname,modelName,uuid,device,gpu_id,metric_name,timestamp';
    const row = '7.5,odd,"a=""b""",n,p,c,host,H100,GPU-9,nvidia3,3,DCGM_FI_DEV_GPU_TEMP,2025-07-18 20:42:34';
    const blocks = await readText(`\n${header}\n\n\r\n${row}\n\n${row}\n\n`);
    const event = {
      metric: 'DCGM_FI_DEV_GPU_TEMP',
      uuid: 'GPU-9',
      time: '2025-07-18T20:42:34Z',
      timeText: '2025-07-18 20:42:34',
      value: 7.5,
      text: undefined,
    };
    assert.deepEqual(eventsOf(blocks), [event, event]);
    assert.deepEqual(seriesOf(blocks[0]!.series).map(textsOf), [
      {
        metric: 'DCGM_FI_DEV_GPU_TEMP',
        gpuIndex: '3',
        device: 'nvidia3',
        uuid: 'GPU-9',
        modelName: 'H100',
        hostname: 'host',
        container: 'c',
        pod: 'p',
        namespace: 'n',
        labels: 'a="b"',
        extra: [['spare', 'odd']],
      },
    ]);
    assert.equal(blocks.at(-1)!.nextRow, 3);
  });

  it('L4: the text of a value or a time that its number does not give back', async () => {
    const rows = ['1.0', '1e5', '-0', '+3', '.5', '0.1', '12345678901234567890'].map((value) => longRow({ value }));
    const events = eventsOf(await readText(text(...rows, longRow({ timestamp: '2025-07-18T22:42:34.50+02:00' }))));
    assert.deepEqual(
      events.map((event) => event.text),
      ['1.0', '1e5', '-0', '+3', '.5', undefined, '12345678901234567890', undefined],
    );
    assert.equal(events[7]!.time, '2025-07-18T20:42:34.5Z');
    assert.equal(events[7]!.timeText, '2025-07-18T22:42:34.50+02:00');
  });
});

describe('S3: a bad row is a dead letter', () => {
  for (const value of ['', 'NaN', 'Infinity', '-inf', '0x10', ' 1', '1 ', '1,5', '1e999', '1e', '--1', 'null']) {
    it(`S3: a value of ${JSON.stringify(value)} is bad, and never zero`, async () => {
      const bad = longRow({ value });
      const rejected = await theRejected(text(longRow(), bad, longRow()));
      const shown = JSON.stringify(value);
      const reason = `value is ${shown}; accepted: a finite decimal number, such as 73.136, -4 or 1e5`;
      const offset = longHeader.length + longRow().length + 2;
      assert.deepEqual(rejected, { offset, row: 2, reasons: [reason], raw: bad, length: bad.length });
    });
  }

  it('S3: every reason is named', async () => {
    const bad = longRow({ timestamp: '2025-02-30T00:00:00Z', uuid: '', Hostname: '', metric_name: '', value: 'x' });
    const { reasons } = await theRejected(text(longRow(), bad));
    assert.equal(reasons.length, 5);
    for (const name of ['timestamp', 'metric_name', 'uuid', 'Hostname', 'value']) {
      assert.equal(reasons.filter((reason) => reason.startsWith(`${name} is `)).length, 1, name);
    }
  });

  it('S3: too few and too many fields', async () => {
    const blocks = await readText(text('a,b', longRow(), `${longRow()},more`));
    const reasons = rejectedOf(blocks).map((rejected) => rejected.reasons);
    assert.deepEqual(reasons, [
      ['the row has 2 fields where the header has 12'],
      ['the row has 13 fields where the header has 12'],
    ]);
    assert.equal(eventsOf(blocks).length, 1);
  });

  it('S3: invalid UTF-8, alone among its neighbours', async () => {
    const [before, after] = text(longRow(), longRow({ pod: '@' }), longRow({ value: '2' })).split('@') as [
      string,
      string,
    ];
    const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xc3, 0x28]), Buffer.from(after)]);
    assert.deepEqual(await values(bytes), [1, 2]);
    const { row, reasons } = await theRejected(bytes);
    assert.deepEqual([row, reasons], [2, ['the text is not valid UTF-8']]);
  });

  it('S3: an open quote costs one line, in the middle and at the end', async () => {
    const open = longRow().replace(/"$/, '');
    const rows = Array.from({ length: 400 }, (_, at) => longRow({ value: String(at) }));
    const middle = await readText(text(rows[0]!, open, ...rows.slice(1)));
    assert.equal(eventsOf(middle).length, 400);
    assert.deepEqual(
      rejectedOf(middle).map(({ row, raw }) => [row, raw]),
      [[2, open]],
    );
    const last = await readText(text(...rows, open));
    assert.equal(eventsOf(last).length, 400);
    assert.match(rejectedOf(last)[0]!.reasons[0]!, /a quote is still open where the text ends/);
  });

  it('S3: an open quote that nothing closes for 64 KiB costs one line', async () => {
    const rows = Array.from({ length: 3000 }, (_, at) => longRow({ value: String(at) }).replaceAll('"', ''));
    const open = rows[0]!.replace('nvidia0', '"nvidia0');
    const plain = rows.map((row) => row.replace('a=b', 'a'));
    const blocks = await readText(text(open, ...plain));
    assert.equal(eventsOf(blocks).length, 3000);
    assert.deepEqual(
      rejectedOf(blocks).map(({ row }) => row),
      [1],
    );
    assert.match(rejectedOf(blocks)[0]!.reasons[0]!, /does not end within 64 KiB/);
  });

  it('S3: a closing quote followed by something else, and a quote inside an unquoted field', async () => {
    const stray = longRow().replace('"nvidia0"', '"nvidia0"x');
    const inside = longRow().replace('"nvidia0"', 'nvi"dia0');
    const blocks = await readText(text(stray, longRow(), inside, longRow()));
    assert.equal(eventsOf(blocks).length, 2);
    const rejected = rejectedOf(blocks);
    assert.match(rejected[0]!.reasons[0]!, /closing quote is followed by/);
    assert.match(rejected[1]!.reasons[0]!, /inside a field that does not begin with one/);
  });

  it('S3: a record of 64 KiB is read; a longer line keeps only its length and hash', async () => {
    const room = 64 * 1024 - longRow({ labels_raw: '' }).length;
    const [fits, over] = [longRow({ labels_raw: 'x'.repeat(room) }), longRow({ labels_raw: 'x'.repeat(room + 1) })];
    const huge = longRow({ value: '9'.repeat(1_000_000) });
    const blocks = await readText(text(fits, over, longRow(), huge, longRow()).replaceAll('\n', '\r\n'));
    assert.equal(eventsOf(blocks).length, 3);
    const rejected = rejectedOf(blocks);
    assert.deepEqual(
      rejected.map(({ row, raw, length }) => [row, raw, length]),
      [
        [2, undefined, over.length],
        [4, undefined, huge.length],
      ],
    );
  });

  it('S3: a block holds at most 60 rejected records, and a reason repeats at most 80 characters of a value', async () => {
    const bad = Array.from({ length: 150 }, () => longRow({ value: 'x'.repeat(200) }));
    const blocks = await readText(text(...bad));
    assert.deepEqual(
      blocks.map((block) => block.rejected.length),
      [60, 60, 30],
    );
    assert.ok(blocks.every((block) => block.rejected.every(({ reasons }) => reasons[0]!.length < 200)));
    assert.deepEqual(
      rejectedOf(blocks).map(({ row }) => row),
      Array.from({ length: 150 }, (_, at) => at + 1),
    );
  });
});

describe('S3: a bad header stops the source', () => {
  it('L7, S3: a header that would crowd the events out of an append is refused', async () => {
    const wide = (bytes: number): string => `${longHeader},${'x'.repeat(bytes - longHeader.length - 1)}`;
    const fits = await readText(`${wide(8192)}\n${longRow()},more\n`);
    assert.equal(eventsOf(fits).length, 1);
    assert.match(await refusal(`${wide(8193)}\n${longRow()},more\n`), /has 8193 bytes; at most 8192 are accepted/);
  });

  it('S3: every missing column is named', async () => {
    const header = longHeader.replace('uuid,', '').replace(',value', '');
    assert.match(await refusal(`${header}\n1,2\n`), /^bad-header: memory: these columns are missing: uuid, value \(/);
    assert.match(await refusal('a,b\n1,2\n'), /missing: timestamp, metric_name, .* labels_raw .*gpu_utilization/);
  });

  it('S3: a column that is there twice', async () => {
    assert.match(await refusal(`${longHeader},value\n${longRow()},1\n`), /the column "value" is there twice/);
    assert.match(await refusal(`${longHeader},x,x\n`), /the column "x" is there twice/);
  });

  it('S3: a header that is no record, or no UTF-8', async () => {
    assert.match(await refusal(`"${longHeader}\n${longRow()}\n`), /the header line cannot be read/);
    assert.match(await refusal(Buffer.concat([Buffer.from([0xff]), Buffer.from(text(longRow()))])), /not valid UTF-8/);
  });

  it('S3: empty lines without end are not waited through', async () => {
    const empty = '\r\n'.repeat(40_000);
    assert.match(await refusal(`${empty}${text(longRow())}`), /more than 64 KiB of empty lines/);
    assert.match(await refusal(`${longHeader}\n${empty}${longRow()}`), /more than 64 KiB of empty lines/);
  });

  it('S3: an empty file is refused, one with a header alone is not', async () => {
    for (const empty of ['', '\ufeff', '\n\r\n'])
      assert.match(await refusal(empty), /^empty: memory: there is nothing in it/);
    const opening = await openSource(memoryText(Buffer.from(`${longHeader}\r\n\n`)), cluster, never);
    assert.deepEqual(opening, { kind: 'no-rows', path: 'memory', columns: longHeader.split(',') });
  });
});
