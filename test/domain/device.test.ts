import assert from 'node:assert/strict';
import { deviceOf } from '../../domain/device.js';
import { type ClusterId } from '../../domain/ids.js';
import { parseLabels } from '../../domain/labels.js';
import { type Series } from '../../domain/segment/segment.js';

const series = (labels: string, container = ''): Series => {
  const fixed = { metric: 'DCGM_FI_DEV_GPU_UTIL', gpuIndex: '0', device: 'nvidia0', uuid: 'GPU-1', modelName: 'H100' };
  return { ...fixed, hostname: 'host-1', container, pod: '', namespace: '', labels, extra: [] } as unknown as Series;
};
const cluster = 'c' as ClusterId;

describe('devices', () => {
  it('is the GPU where there is no MIG instance in the labels', () => {
    const device = deviceOf(cluster, series('gpu="0",UUID="GPU-1"'));
    assert.deepEqual(device, { cluster, hostname: 'host-1', uuid: 'GPU-1' });
  });

  it('is the instance where the labels name one, with its parent and profile', () => {
    const device = deviceOf(cluster, series('GPU_I_PROFILE="1g.10gb",GPU_I_ID="7",gpu="0"'));
    assert.equal(device.uuid, 'GPU-1:7');
    assert.deepEqual(device.mig, { parent: 'GPU-1', id: '7', profile: '1g.10gb' });
  });

  it('stays the same whoever holds it', () => {
    assert.deepEqual(deviceOf(cluster, series('', 'train')), deviceOf(cluster, series('', 'serve')));
  });

  it('is the GPU where the instance is empty', () => {
    assert.equal(deviceOf(cluster, series('GPU_I_ID=""')).uuid, 'GPU-1');
  });
});

describe('labels', () => {
  it('reads pairs with escapes and commas inside quotes', () => {
    const labels = parseLabels('a="1",b="x, \\"y\\" \\\\ \\n",c=""');
    assert.deepEqual(
      [...labels],
      [
        ['a', '1'],
        ['b', 'x, "y" \\ \n'],
        ['c', ''],
      ],
    );
  });

  it('keeps what was understood before text of another form', () => {
    assert.deepEqual([...parseLabels('a="1",b=2,c="3"')], [['a', '1']]);
  });
});
