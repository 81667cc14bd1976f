import assert from 'node:assert/strict';
import { describeProcesses } from '../../../infra/supervisor/describe-processes.js';
import { describeStatus } from '../../../infra/supervisor/describe-status.js';
import { type ProcessReport } from '../../../infra/supervisor/process-report.js';
import { type SystemStatus } from '../../../infra/supervisor/system-status.js';

const report = (role: string, more: Readonly<Record<string, unknown>> = {}): ProcessReport => ({
  ...{ role, name: `${role}-1`, pid: 7, state: 'running', uptime_seconds: 61, restarts: 2 },
  ...more,
});

describe('the status for people', () => {
  it('shows of each process what it has, what it has done, how far it is behind, and its rate', () => {
    const collector = {
      partitions: [0, 1, 2, 9],
      events: 1_000,
      waiting_segments: 7,
      lag_segments: 3,
      events_per_second: 1_500,
    };
    const lines = describeProcesses([
      report('gateway', { addresses: ['http://a:1'], requests_per_second: 12 }),
      report('streamer', {
        lane: 3,
        sources: ['/deep/a.csv', 'b', 'c'],
        rows: 2_470,
        lag_bytes: 5_242_880,
        rows_per_second: 5,
      }),
      report('collector', collector),
      report('etcd'),
    ]);
    assert.deepEqual(lines, [
      'NAME         STATE    PID  UP         RESTARTS  HAS                        DONE          BEHIND      RATE',
      'gateway-1    running  7    1 min 1 s  2         http://a:1                                           12 requests/s',
      'streamer-1   running  7    1 min 1 s  2         lane 3 a.csv b and 1 more  2,470 rows    5.0 MiB     5 rows/s',
      'collector-1  running  7    1 min 1 s  2         partitions 0–2, 9          1,000 events  3 segments  1,500 events/s',
      'etcd-1       running  7    1 min 1 s  2',
    ]);
  });

  it('does not show what an ended process had, but what it did', () => {
    const streamer = report('streamer', { pid: null, state: 'ended', rows: 5, lane: 3, waiting: 'for x' });
    assert.deepEqual(describeProcesses([streamer]), [
      'NAME        STATE  RESTARTS  DONE',
      'streamer-1  ended  2         5 rows',
    ]);
  });

  it('says what a process waits for and what it cannot go on with', () => {
    const stopped = [{ projection: 'gpu', partition: 3, key: '/t/log/x', reason: 'damaged' }];
    const [, , , ...below] = describeProcesses([
      report('streamer', { waiting: 'etcd is nearly full' }),
      report('collector', { stopped }),
    ]);
    assert.deepEqual(below, [
      'streamer-1 waits: etcd is nearly full',
      'collector-1 has stopped partition 3 of gpu at /t/log/x: damaged',
    ]);
  });

  it('says which sources were given up and why, of a streamer that goes on and of one that does not', () => {
    const failed_sources = [{ path: 'a.csv', outcome: 'refused', message: 'a.csv: no column uuid' }];
    const [, , , ...below] = describeProcesses([
      report('streamer', { failed_sources, failed_sources_in_all: 3 }),
      report('streamer', {
        pid: null,
        state: 'failed',
        failed_sources,
        reasons: ['a.csv: no column uuid', 'Mend it.'],
      }),
    ]);
    assert.deepEqual(below, [
      'streamer-1 has given up a source: a.csv: no column uuid',
      'streamer-1 has given up 2 more sources',
      'What is mended is read by streamers that are started after that: telemetry scale streamer=0, then streamer=N',
      'streamer-1 is not started again: a.csv: no column uuid; Mend it',
    ]);
  });

  it('says what has not been heard of, and for how long', () => {
    assert.deepEqual(describeProcesses([report('collector', { silent_seconds: 75 })]).slice(2), [
      'collector-1 has been silent for 1 min 15 s: it is stopped or hangs, and what is shown of it is as old',
    ]);
  });

  const status: SystemStatus = {
    processes: [report('gateway')],
    gateways: [],
    etcd: { endpoints: ['http://e:1'], db_bytes: 2 ** 22, db_in_use_bytes: 2 ** 20, quota_bytes: 2 ** 24 },
    log: { partitions: 16, lanes: 1, segments: 14, events: 2_470 },
    head: '99',
    projections: [{ name: 'gpu', version: 1, generation: '2', state: 'active', lag_segments: 1, events: 2_000 }],
    dead_letters: 1,
  };

  it('shows the log, its head and growth, each projection, dead letters, and the database against its quota', () => {
    assert.deepEqual(describeStatus(status, 617.4).slice(2), [
      '',
      'PROJECTION  VERSION  GENERATION  STATE   EVENTS  BEHIND',
      'gpu         1        2           active  2,000   1 segment',
      '',
      'log: 2,470 events (617/s) in 14 segments, 16 partitions, 1 lane, head at revision 99',
      '1 dead letter',
      'etcd http://e:1: 1.0 MiB of 16.0 MiB in use (6 %), file 4.0 MiB',
    ]);
  });

  it('R6: says what is kept of the log and who keeps it from being trimmed', () => {
    const kept = { bytes: 2 ** 20, allowed_bytes: 2 ** 21, hours: 1 };
    const advice = ['3 segments of 1 partition stay: generation 1 of gpu has not folded them, from revision 7 on.'];
    const retention = { at: '', log: { ...kept, trimmed_events: 0 }, advice, models: [] };
    assert.deepEqual(describeStatus({ ...status, retention }).slice(-3, -1), [
      'kept of the log: 1 h 0 min in 1.0 MiB of at most 2.0 MiB',
      ...advice,
    ]);
  });

  it('L8: says that etcd is full and what to do, also when it does not tell how full', () => {
    const etcd = { endpoints: ['http://e:1'], state: 'full', advice: 'Delete keys.' } as const;
    assert.deepEqual(describeStatus({ ...status, etcd }).slice(-2), ['etcd http://e:1: full', 'Delete keys.']);
  });

  it('leaves out what the store did not tell', () => {
    const { processes, gateways } = status;
    assert.equal(
      describeStatus({ processes, gateways, etcd: { endpoints: [] } })
        .join('\n')
        .includes('log:'),
      false,
    );
    assert.deepEqual(describeStatus({ processes: [], gateways, etcd: { endpoints: [] } }), []);
  });
});
