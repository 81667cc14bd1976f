import assert from 'node:assert/strict';
import { type ClusterId, type Hostname } from '../../domain/ids.js';
import { partitionOf } from '../../domain/partitioning.js';

const partition = (cluster: string, host: string, partitions = 16): number =>
  partitionOf(cluster as ClusterId, host as Hostname, partitions);

describe('partitions', () => {
  it('L5: a host keeps its partition for ever, so these never change (worked out by a second implementation)', () => {
    const stored = ['host-1', 'host-2', 'gpu-node-017.example', 'nœud-3'].map((host) =>
      partition('local-cluster', host),
    );
    assert.deepEqual(stored, [4, 15, 8, 4]);
  });

  it('tells a host in one cluster from the same name in another', () => {
    const places = new Set(Array.from({ length: 50 }, (_, number) => partition(`cluster-${String(number)}`, 'host-1')));
    assert.ok(places.size > 8, `only ${String(places.size)} of 16 partitions used`);
  });

  it('spreads hosts with numbered names over all partitions', () => {
    const counts = new Array<number>(16).fill(0);
    for (let number = 0; number < 1600; number++) counts[partition('c', `host-${String(number)}`)]!++;
    assert.ok(Math.min(...counts) > 60 && Math.max(...counts) < 150, counts.join(' '));
  });
});
