import assert from 'node:assert/strict';
import { type ClusterId, type Hostname } from '../../domain/ids.js';
import { minuteDocument, minutePath } from '../../projections/cluster/minute.document.js';
import { watermarkDocument, watermarkPath } from '../../projections/cluster/watermark.document.js';
import { hostDocument, hostPath } from '../../projections/host/host.document.js';
import { documentsAfter, read } from './given.js';
import { instant, type MadeRow, type MadeSegment } from './made-log.js';

const c = 'c' as ClusterId;
const day = '2025-07-18T20:';
const util = 'DCGM_FI_DEV_GPU_UTIL';
const one = (revision: number, ...rows: MadeRow[]): MadeSegment => ({ revision, appended: `${day}59:00Z`, rows });

const hostAfter = (segments: readonly MadeSegment[], hostname = 'host-1') =>
  read(hostDocument, documentsAfter('host', segments), hostPath(c, hostname as Hostname));
const minuteAfter = (segments: readonly MadeSegment[], minute: string) =>
  read(minuteDocument, documentsAfter('cluster', segments), minutePath(c, instant(minute)));
const watermarkAfter = (segments: readonly MadeSegment[]) =>
  read(watermarkDocument, documentsAfter('cluster', segments), watermarkPath(c));

describe('host', () => {
  it('counts, adds up, and keeps the least and the greatest of each metric by minute', () => {
    const rows = [3, -1, 4].map((value, i) => ({ at: `${day}42:0${i}Z`, value }));
    const { minutes } = hostAfter([one(1, ...rows), one(2, { at: `${day}42:59.9Z`, value: 10 })]);
    assert.deepEqual(minutes, [[instant(`${day}42:00Z`), [{ metric: util, count: 4, sum: 16, min: -1, max: 10 }]]]);
  });

  it('P8: keeps the minute of its watermark and the one before, and adds nothing to older ones', () => {
    const log = [one(1, { at: `${day}40:00Z` }, { at: `${day}41:00Z` }), one(2, { at: `${day}42:00Z` })];
    const starts = (segments: readonly MadeSegment[]) => hostAfter(segments).minutes.map(([start]) => start);
    assert.deepEqual(starts(log), [instant(`${day}41:00Z`), instant(`${day}42:00Z`)]);
    const late = [...log, one(3, { at: `${day}40:30Z` })];
    assert.deepEqual(starts(late), [instant(`${day}41:00Z`), instant(`${day}42:00Z`)]);
    assert.deepEqual(starts([...late, one(4, { at: `${day}50:00Z` })]), [instant(`${day}50:00Z`)]);
  });

  it('adds a late row to the minute before the last', () => {
    const log = [one(1, { at: `${day}41:00Z` }), one(2, { at: `${day}42:00Z` }), one(3, { at: `${day}41:30Z` })];
    assert.equal(hostAfter(log).minutes[0]![1][0]!.count, 2);
  });

  it('remembers which device was seen at which index last', () => {
    const log = [
      one(1, { at: `${day}42:00Z`, uuid: 'GPU-a', index: '0' }),
      one(2, { at: `${day}43:00Z`, uuid: 'GPU-b', index: '0' }, { at: `${day}42:30Z`, uuid: 'GPU-a', index: '0' }),
      one(3, { at: `${day}42:10Z`, uuid: 'GPU-a', index: '0' }),
    ];
    assert.deepEqual(hostAfter(log).devices, [
      ['0', 'GPU-a', instant(`${day}42:30Z`)],
      ['0', 'GPU-b', instant(`${day}43:00Z`)],
    ]);
  });

  it('a row from the future does not make the minutes of the present old', () => {
    const log = [
      { revision: 1, appended: `${day}42:30Z`, rows: [{ at: '2099-01-01T00:00:00Z', value: 1 }] },
      { revision: 2, appended: `${day}42:31Z`, rows: [{ at: `${day}42:29Z`, value: 2 }] },
    ];
    const { minutes, watermark } = hostAfter(log);
    assert.equal(watermark, instant(`${day}42:30Z`));
    assert.deepEqual([minutes.length, minutes[0]![1][0]!.count], [1, 2]);
  });

  it('P8: holds 1024 devices and indexes, then says that it is truncated', () => {
    const rows = Array.from({ length: 1030 }, (_, i) => ({ at: `${day}42:00Z`, uuid: `GPU-${i}` }));
    const { devices, truncated } = hostAfter([one(1, ...rows)]);
    assert.deepEqual([devices.length, truncated], [1024, true]);
  });

  it('P3: a sum beyond the doubles stays finite, as JSON needs it', () => {
    const huge = { at: `${day}42:00Z`, value: Number.MAX_VALUE };
    assert.equal(hostAfter([one(1, huge, huge), one(2, huge)]).minutes[0]![1][0]!.sum, Number.MAX_VALUE);
  });

  it('minutes before 1970 begin at their start too', () => {
    const { minutes } = hostAfter([one(1, { at: '1969-12-31T23:59:30Z' }, { at: '1969-12-31T23:58:00Z' })]);
    assert.deepEqual(
      minutes.map(([start]) => start),
      [instant('1969-12-31T23:58:00Z'), instant('1969-12-31T23:59:00Z')],
    );
  });
});

describe('cluster', () => {
  it('the watermark is the newest effective time, with the time at which it was appended', () => {
    const log = [
      { revision: 1, appended: `${day}42:40Z`, rows: [{ at: `${day}42:34Z` }] },
      { revision: 2, appended: `${day}42:50Z`, rows: [{ at: `${day}42:30Z` }] },
    ];
    const { revision, watermark, appended } = watermarkAfter(log);
    assert.deepEqual([revision, watermark, appended], [1n, instant(`${day}42:34Z`), instant(`${day}42:40Z`)]);
  });

  it('the same newest time once more counts as appended then', () => {
    const log = [40, 50].map((second, i) => ({
      revision: i + 1,
      appended: `${day}42:${second}Z`,
      rows: [{ at: `${day}42:34Z` }],
    }));
    assert.equal(watermarkAfter(log).appended, instant(`${day}42:50Z`));
  });

  it('a row from the future moves the watermark to when it was appended, no further', () => {
    const log = [{ revision: 1, appended: `${day}42:40Z`, rows: [{ at: '2099-01-01T00:00:00Z' }] }];
    assert.equal(watermarkAfter(log).watermark, instant(`${day}42:40Z`));
  });

  it('a minute takes late samples, however late', () => {
    const log = [
      one(1, { at: `${day}10:00Z`, value: 1 }),
      one(2, { at: `${day}58:00Z` }),
      one(3, { at: `${day}10:59Z`, value: 5 }),
    ];
    const { revision, tallies } = minuteAfter(log, `${day}10:00Z`);
    assert.equal(revision, 3n);
    assert.deepEqual(tallies, [{ metric: util, count: 2, sum: 6, min: 1, max: 5 }]);
  });

  it('adds up the hosts of the cluster, and every event counts, repeated ones too', () => {
    const at = `${day}42:00Z`;
    const log = [one(1, { at, value: 1 }, { at, host: 'host-2', value: 3 }), one(2, { at, value: 1 })];
    assert.deepEqual(minuteAfter(log, at).tallies, [{ metric: util, count: 3, sum: 5, min: 1, max: 3 }]);
  });

  it('P4: a minute without samples of a metric has no tally of it', () => {
    const log = [one(1, { at: `${day}42:00Z`, metric: 'A' }, { at: `${day}43:00Z`, metric: 'B' })];
    assert.deepEqual(
      minuteAfter(log, `${day}43:00Z`).tallies.map(({ metric }) => metric),
      ['B'],
    );
  });

  it('P8: a minute holds 512 metrics, then says that it is truncated', () => {
    const rows = Array.from({ length: 514 }, (_, i) => ({ at: `${day}42:00Z`, metric: `M${i}` }));
    const { tallies, truncated } = minuteAfter([one(1, ...rows)], `${day}42:00Z`);
    assert.deepEqual([tallies.length, truncated], [512, true]);
  });
});
