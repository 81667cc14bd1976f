import assert from 'node:assert/strict';
import { type ClusterId, type GpuUuid, type Hostname } from '../../domain/ids.js';
import { deviceDocument, devicePath } from '../../projections/gpu/device.document.js';
import { latestDocument, latestPath } from '../../projections/gpu/latest.document.js';
import { documentsAfter, read, valuesOf } from './given.js';
import { instant, type MadeRow, type MadeSegment } from './made-log.js';

const [c, d] = ['c' as ClusterId, 'd' as ClusterId];
const host = 'host-1' as Hostname;
const a = 'GPU-a' as GpuUuid;
const day = '2025-07-18T20:';
const util = 'DCGM_FI_DEV_GPU_UTIL';
const temperature = 'DCGM_FI_DEV_GPU_TEMP';

const one = (revision: number, ...rows: MadeRow[]): MadeSegment => ({ revision, appended: `${day}59:00Z`, rows });

const latestAfter = (segments: readonly MadeSegment[], cluster = c, hostname = host) =>
  read(latestDocument, documentsAfter('gpu', segments), latestPath(cluster, hostname));

const deviceAfter = (segments: readonly MadeSegment[], uuid = a, cluster = c, hostname = host) =>
  read(deviceDocument, documentsAfter('gpu', segments), devicePath(cluster, hostname, uuid));

describe('gpu: the latest of a host', () => {
  it('P4: a metric never sampled is absent, and a zero is a zero', () => {
    const { devices } = latestAfter([one(1, { at: `${day}42:34Z`, metric: util, value: 0 })]);
    assert.deepEqual(valuesOf(devices[0]), { [util]: 0 });
  });

  it('P4: each metric keeps the time at which it was observed', () => {
    const [device] = latestAfter([
      one(1, { at: `${day}42:34Z`, metric: temperature, value: 28 }),
      one(2, { at: `${day}42:35.5Z`, metric: util, value: 7 }),
    ]).devices;
    assert.deepEqual(device!.observed, [instant(`${day}42:34Z`), instant(`${day}42:35.5Z`)]);
    assert.equal(device!.seenAt, instant(`${day}42:35.5Z`));
  });

  it('P3: a late row does not replace a newer one, wherever it stands in the log', () => {
    const late = one(2, { at: `${day}42:30Z`, value: 1 });
    assert.deepEqual(valuesOf(latestAfter([one(1, { at: `${day}42:34Z`, value: 9 }), late]).devices[0]), { [util]: 9 });
    const within = one(1, { at: `${day}42:34Z`, value: 9 }, { at: `${day}42:30Z`, value: 1 });
    assert.deepEqual(valuesOf(latestAfter([within]).devices[0]), { [util]: 9 });
  });

  it('P3: at one time the later revision wins, then the later place', () => {
    const at = `${day}42:34Z`;
    assert.deepEqual(valuesOf(latestAfter([one(1, { at, value: 1 }, { at, value: 2 })]).devices[0]), { [util]: 2 });
    assert.deepEqual(valuesOf(latestAfter([one(1, { at, value: 2 }), one(2, { at, value: 1 })]).devices[0]), {
      [util]: 1,
    });
  });

  it('a row from the future counts as appended now, so the next sample replaces it', () => {
    const future = { revision: 1, appended: `${day}42:34Z`, rows: [{ at: '2099-01-01T00:00:00Z', value: 99 }] };
    const [before] = latestAfter([future]).devices;
    assert.equal(before!.observed[0], instant('2099-01-01T00:00:00Z'));
    assert.equal(before!.seenAt, instant(`${day}42:34Z`));
    const next = { revision: 2, appended: `${day}42:36Z`, rows: [{ at: `${day}42:35Z`, value: 5 }] };
    assert.deepEqual(valuesOf(latestAfter([future, next]).devices[0]), { [util]: 5 });
  });

  it('a GPU put to another index keeps where it was, until when', () => {
    const [device] = latestAfter([
      one(1, { at: `${day}42:34Z`, index: '0' }, { at: `${day}42:35Z`, index: '3' }),
      one(2, { at: `${day}42:36Z`, index: '5' }),
    ]).devices;
    assert.deepEqual([device!.gpuIndex, device!.device], ['5', 'nvidia5']);
    assert.deepEqual(device!.moves, [
      { until: instant(`${day}42:35Z`), gpuIndex: '0', device: 'nvidia0' },
      { until: instant(`${day}42:36Z`), gpuIndex: '3', device: 'nvidia3' },
    ]);
  });

  it('a late row of the former place moves nothing back', () => {
    const [device] = latestAfter([
      one(1, { at: `${day}42:34Z`, index: '0' }),
      one(2, { at: `${day}42:36Z`, index: '3' }, { at: `${day}42:38Z`, index: '3' }),
      one(3, { at: `${day}42:37Z`, index: '0' }),
    ]).devices;
    assert.equal(device!.gpuIndex, '3');
    assert.equal(device!.moves.length, 1);
  });

  it('who holds a GPU is the newest row’s pod, since the first row of it in turn', () => {
    const held = (second: number, pod: string) => ({
      at: `${day}42:${second}Z`,
      pod,
      namespace: 'ml',
      container: 'main',
    });
    const [device] = latestAfter([
      one(1, held(10, 'train-0'), held(11, 'train-1')),
      one(2, held(12, 'train-1')),
      one(3, { at: `${day}42:11.5Z`, pod: 'train-0' }),
    ]).devices;
    assert.deepEqual([device!.pod, device!.namespace, device!.container], ['train-1', 'ml', 'main']);
    assert.equal(device!.heldSince, instant(`${day}42:11Z`));
    const [released] = latestAfter([one(1, held(10, 'train-0')), one(2, { at: `${day}42:20Z` })]).devices;
    assert.deepEqual([released!.pod, released!.heldSince], ['', instant(`${day}42:20Z`)]);
  });

  it('segments of one dictionary before and after another holder are told apart', () => {
    const held = (second: number, pod: string) => ({ at: `${day}42:${second}Z`, pod, model: `of ${pod}` });
    const log = [one(1, held(10, 'a')), one(2, held(20, 'b')), one(3, held(30, 'a'), held(40, 'a'))];
    const documents = documentsAfter('gpu', log, true);
    const [device] = read(latestDocument, documents, latestPath(c, host)).devices;
    assert.deepEqual([device!.pod, device!.heldSince], ['a', instant(`${day}42:30Z`)]);
    const described = read(deviceDocument, documents, devicePath(c, host, a));
    assert.deepEqual([described.model_name, described.described_at], ['of a', instant(`${day}42:30Z`)]);
  });

  it('rows that differ in pod alone are one device', () => {
    const at = `${day}42:34Z`;
    assert.equal(latestAfter([one(1, { at, pod: 'x' }, { at, pod: 'y' })]).devices.length, 1);
  });

  it('two GPUs with one index are two devices', () => {
    const at = `${day}42:34Z`;
    const { devices } = latestAfter([one(1, { at, uuid: 'GPU-a', value: 1 }, { at, uuid: 'GPU-b', value: 2 })]);
    assert.deepEqual(
      devices.map((device) => [device.uuid, device.gpuIndex, device.values[0]]),
      [
        ['GPU-a', '0', 1],
        ['GPU-b', '0', 2],
      ],
    );
  });

  it('one hostname in two clusters is two hosts', () => {
    const rows = [{ at: `${day}42:34Z`, value: 1 }];
    const log = [one(1, ...rows), { ...one(2, { at: `${day}42:34Z`, value: 2 }), cluster: 'd' }];
    assert.equal(latestAfter(log, c).devices[0]!.values[0], 1);
    assert.equal(latestAfter(log, d).devices[0]!.values[0], 2);
  });

  it('P8: moves are bounded, and tell how many were dropped', () => {
    const rows = Array.from({ length: 12 }, (_, i) => ({ at: `${day}42:${10 + i}Z`, index: String(i) }));
    const [device] = latestAfter([one(1, ...rows)]).devices;
    assert.equal(device!.moves.length, 8);
    assert.equal(device!.movesDropped, 3);
    assert.equal(device!.moves[0]!.gpuIndex, '3');
  });

  it('P8: a host holds 256 devices, then says that it is truncated', () => {
    const rows = Array.from({ length: 258 }, (_, i) => ({ at: `${day}42:34Z`, uuid: `GPU-${i}` }));
    const whole = latestAfter([one(1, ...rows.slice(0, 256))]);
    assert.deepEqual([whole.devices.length, whole.truncated], [256, false]);
    const cut = latestAfter([one(1, ...rows)]);
    assert.deepEqual([cut.devices.length, cut.truncated], [256, true]);
  });

  it('P8: a host holds 512 metrics, then says that it is truncated', () => {
    const rows = Array.from({ length: 514 }, (_, i) => ({ at: `${day}42:34Z`, metric: `M${i}` }));
    const { devices, truncated } = latestAfter([one(1, ...rows)]);
    assert.deepEqual([devices[0]!.metrics.length, truncated], [512, true]);
  });

  it('metrics named like numbers and like properties stand in the order in which they came', () => {
    const at = `${day}42:34Z`;
    const { devices } = latestAfter([one(1, { at, metric: '9' }, { at, metric: '__proto__' }, { at, metric: '1' })]);
    assert.deepEqual(devices[0]!.metrics, ['9', '__proto__', '1']);
  });
});

describe('gpu: who a device is', () => {
  it('P1: is written when it changes, with the revision of the segment that changed it', () => {
    const quiet = [one(1, { at: `${day}42:34Z` }), one(2, { at: `${day}42:35Z`, value: 5 })];
    assert.equal(deviceAfter(quiet).revision, 1n);
    const renamed = [...quiet, one(7, { at: `${day}42:36Z`, model: 'NVIDIA H200' })];
    assert.deepEqual([deviceAfter(renamed).revision, deviceAfter(renamed).model_name], [7n, 'NVIDIA H200']);
  });

  it('first seen is the earliest effective time, even when that row comes late', () => {
    const log = [one(1, { at: `${day}42:34Z` }), one(2, { at: `${day}40:00Z` })];
    assert.equal(deviceAfter(log).first_seen, instant(`${day}40:00Z`));
  });

  it('labels are those of the row but for the metric’s name', () => {
    const labels = `DCGM_FI_DRIVER_VERSION="535",__name__="${util}",job="dgx"`;
    const other = `DCGM_FI_DRIVER_VERSION="535",__name__="${temperature}",job="dgx"`;
    const rows = [
      { at: `${day}42:34Z`, metric: util, labels },
      { at: `${day}42:34Z`, metric: temperature, labels: other },
    ];
    const device = deviceAfter([one(1, ...rows), one(2, ...rows)]);
    assert.deepEqual(device.labels, [
      ['DCGM_FI_DRIVER_VERSION', '535'],
      ['job', 'dgx'],
    ]);
    assert.equal(device.revision, 1n);
  });

  it('P3: a MIG instance made anew in another profile has that profile, in one segment as in two', () => {
    const labels = (profile: string) => `GPU_I_ID="7",GPU_I_PROFILE="${profile}"`;
    const before = { at: `${day}42:34Z`, labels: labels('1g.10gb') };
    const after = { at: `${day}42:35Z`, labels: labels('2g.20gb') };
    const address = 'GPU-a:7' as GpuUuid;
    for (const log of [[one(1, before, after)], [one(1, before), one(2, after)]]) {
      assert.equal(deviceAfter(log, address).mig?.profile, '2g.20gb');
    }
  });

  it('a MIG instance is a device of its own, with parent and profile', () => {
    const labels = 'GPU_I_ID="7",GPU_I_PROFILE="1g.10gb"';
    const log = [one(1, { at: `${day}42:34Z` }, { at: `${day}42:34Z`, labels })];
    assert.equal(deviceAfter(log).mig, null);
    const instance = deviceAfter(log, 'GPU-a:7' as GpuUuid);
    assert.deepEqual({ ...instance.mig }, { parent: 'GPU-a', id: '7', profile: '1g.10gb' });
    assert.deepEqual(
      latestAfter(log).devices.map(({ uuid }) => uuid),
      ['GPU-a', 'GPU-a:7'],
    );
  });

  it('a GPU that moved to another host is a device on each', () => {
    const log = [one(1, { at: `${day}42:34Z` }), one(2, { at: `${day}50:00Z`, host: 'host-2' })];
    assert.equal(deviceAfter(log).first_seen, instant(`${day}42:34Z`));
    assert.equal(deviceAfter(log, a, c, 'host-2' as Hostname).first_seen, instant(`${day}50:00Z`));
    assert.equal(latestAfter(log).devices[0]!.seenAt, instant(`${day}42:34Z`));
  });

  it('P8: labels are bounded, and say when some are missing', () => {
    const labels = Array.from({ length: 40 }, (_, i) => `l${i}="${'x'.repeat(1000)}"`).join(',');
    const device = deviceAfter([one(1, { at: `${day}42:34Z`, labels })]);
    assert.deepEqual([device.labels.length, device.labels_truncated], [16, true]);
  });
});
