import assert from 'node:assert/strict';
import { type ClusterId, type GpuUuid, type Hostname } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { chunkDocument } from '../../../projections/history/chunk.document.js';
import { chunkPath } from '../../../projections/history/chunk-path.document.js';
import { overlapping } from '../../../projections/verify/kept-documents.js';

/** The chunk of a device of a run of the log, from one revision to another. */
const chunk = (from: number, revision: number, uuid = 'GPU-a', part = 0) => {
  const place = { cluster: 'c' as ClusterId, hostname: 'h' as Hostname, uuid: uuid as GpuUuid, part };
  const times = { first: 0n as Instant, last: 1n as Instant };
  const of = { ...place, ...times, from: BigInt(from) as Revision, revision: BigInt(revision) as Revision };
  return { path: chunkPath(of), value: chunkDocument.encode({ ...of, events: 1, body: Buffer.of() }) };
};

describe('chunks of history whose runs cannot be folded again', () => {
  it('R5: are sound where each run begins behind the one before, whatever devices it has', () => {
    const runs = [chunk(1, 10), chunk(1, 10, 'GPU-b'), chunk(1, 10, 'GPU-b', 1), chunk(12, 20), chunk(21, 30, 'GPU-b')];
    assert.deepEqual(overlapping(runs), []);
    assert.deepEqual(overlapping([]), []);
  });

  it('R5: are not where a run holds what another begins with', () => {
    const long = [chunk(12, 40), chunk(12, 40, 'GPU-b')];
    assert.deepEqual(overlapping([chunk(1, 10), chunk(12, 20), ...long, chunk(21, 50)]), long);
    assert.deepEqual(overlapping([chunk(12, 20, 'GPU-b'), chunk(12, 40)]), [chunk(12, 40)]);
  });
});
