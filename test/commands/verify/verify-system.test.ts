import assert from 'node:assert/strict';
import { verifySystem, type VerifyPorts } from '../../../commands/verify/verify-system.js';
import { decodeSegment } from '../../../domain/segment/decode.js';
import { type Revision } from '../../../domain/revision.js';
import { memoryLog } from '../log/memory-log.js';
import { never } from '../../support/never.js';

describe('waiting for a system to be verified', () => {
  it('tells when the wait was over while streamers still read sources that end', async () => {
    const ports = (busy: boolean): VerifyPorts => ({
      log: memoryLog([]) as never,
      snapshot: () =>
        Promise.resolve({
          ...{ revision: 1n as Revision, sources: [], plans: [], deadLetters: new Map(), settledLetters: [] },
          ...{ generations: [], trimmed: new Map(), collectors: [] },
        }),
      quarantines: () => Promise.resolve(new Map()),
      decode: decodeSegment,
      runEndsIn: () => () => false,
      streamersBusy: () => Promise.resolve(busy),
    });
    const isReading = async (busy: boolean, waitMs: number) =>
      (await verifySystem(ports(busy), waitMs, never)).isReading;
    assert.deepEqual(
      [await isReading(true, 1), await isReading(false, 1), await isReading(true, 0)],
      [true, false, false],
    );
  });
});
