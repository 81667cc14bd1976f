import assert from 'node:assert/strict';
import { bytesLeft } from '../../../commands/streamer/stream-figures.js';
import { StreamShow } from '../../../commands/streamer/stream-show.js';
import { summarize, summaryLine } from '../../../commands/streamer/stream-summary.js';
import { type StreamerEvent } from '../../../commands/streamer/streamer-event.js';
import { type Lane } from '../../../domain/ids.js';

const appended = (rows: number, how: 'applied' | 'applied-earlier', readBytes: number): StreamerEvent => ({
  ...{ kind: 'appended', path: 'a.csv', how, segments: 2, bytes: 100, rows, events: rows - 1 },
  ...{ deadLetters: 1, deadLetterBytes: 10, progress: { readBytes, sizeBytes: 2 ** 21 } },
});

const shown = (endless: boolean, events: readonly StreamerEvent[]) => {
  const said: string[] = [];
  const bars: { done: number; total: number | undefined; text: string }[] = [];
  const announced: Readonly<Record<string, unknown>>[] = [];
  let now = 0;
  const display = { say: (line: string) => void said.push(line), show: (bar: (typeof bars)[0]) => void bars.push(bar) };
  const show = new StreamShow({ display, announce: (details) => announced.push(details), clock: () => now, endless });
  for (const event of events) {
    now += 500;
    show.report(event);
  }
  return { show, said, bars, announced };
};

describe('showing what a streamer does', () => {
  const waiting: StreamerEvent = { kind: 'waiting', message: 'etcd is unreachable' };
  const events: readonly StreamerEvent[] = [
    { kind: 'lane-claimed', lane: 3 as Lane },
    { kind: 'reading', path: 'a.csv', pass: 0, fromOffset: 0 },
    appended(10, 'applied', 2 ** 20),
    waiting,
    waiting,
    { kind: 'going-on' },
    { kind: 'fenced', path: 'a.csv', by: 'source' },
    appended(20, 'applied-earlier', 2 ** 21),
    { kind: 'source-over', path: 'a.csv', outcome: 'done', message: '' },
  ];

  it('says each thing once as it happens, and how far it is with every append', () => {
    const { said, bars } = shown(false, events);
    assert.equal(said.length, 6);
    assert.equal(said.filter((line) => line.includes('unreachable')).length, 1);
    assert.deepEqual(
      bars.map(({ done, total }) => [done, total]),
      [
        [2 ** 20, 2 ** 21],
        [2 ** 21, 2 ** 21],
      ],
    );
    assert.equal(bars[1]!.text, '30 rows, 8 rows/s, 2.0 MiB, 2 dead letters');
  });

  it('announces its figures, what it waits for, and whether it ends by itself', () => {
    const { show, announced } = shown(false, events.slice(0, 4));
    assert.deepEqual(announced.at(-1), {
      ...{ lane: 3, sources: ['a.csv'], rows: 10, events: 9, dead_letters: 1, applied_earlier: 0 },
      // Ten rows in the second and a half since the first announcement.
      rows_per_second: 7,
      lag_bytes: 2 ** 20,
      ...{ waiting: 'etcd is unreachable', endless: false },
    });
    show.idle();
    assert.equal(announced.at(-1)!['endless'], true);
  });

  it('announces how much of what it reads is left to read, where that can be known', () => {
    const lagAfter = (...more: readonly StreamerEvent[]) => shown(false, [...events.slice(0, 3), ...more]).show.figures;
    const reading: StreamerEvent = { kind: 'reading', path: '-', pass: 0, fromOffset: 0 };
    const unsized = { ...appended(1, 'applied', 7), path: '-', progress: { readBytes: 7, sizeBytes: undefined } };
    const refused: StreamerEvent = { kind: 'source-over', path: 'a.csv', outcome: 'refused', message: '' };
    assert.equal(bytesLeft(lagAfter()), 2 ** 20);
    assert.equal(bytesLeft(lagAfter(reading)), undefined, 'nothing of the second has been read yet');
    assert.equal(bytesLeft(lagAfter(reading, unsized)), undefined);
    assert.equal(bytesLeft(lagAfter(refused)), 0, 'what is not read any more is not behind');
  });

  it('in a loop, that a pass ends and another begins is no news', () => {
    const again: StreamerEvent = { kind: 'reading', path: 'a.csv', pass: 1, fromOffset: 0 };
    const { said } = shown(true, [...events.slice(0, 2), events.at(-1)!, again]);
    assert.equal(said.length, 2);
  });

  it('sums up: appends settled as applied earlier are counted, and a refused source makes it a failure', () => {
    const { show } = shown(false, events);
    const done = { path: 'a.csv', outcome: { kind: 'done', message: '' } } as const;
    const refused = { path: 'b.csv', outcome: { kind: 'refused', message: 'no header' } } as const;
    const summary = summarize(show.figures, [done], 2, false);
    assert.deepEqual([summary.ok, summary.appends, summary.applied_earlier, summary.fenced], [true, 2, 1, 1]);
    assert.match(summaryLine(summary), /^30 rows: 28 events and 2 dead letters in 2 appends \(1 applied earlier\)/);
    assert.equal(summarize(show.figures, [done, refused], 2, false).ok, false);
    const stopped = { path: 'a.csv', outcome: { kind: 'stopped', message: '' } } as const;
    assert.deepEqual(
      [true, false].map((endless) => summarize(show.figures, [stopped], 2, endless).ok),
      [true, false],
    );
  });
});
