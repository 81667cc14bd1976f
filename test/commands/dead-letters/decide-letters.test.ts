import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LetterDesk } from '../../../commands/dead-letters/dead-letter-port.js';
import {
  awaitReplays,
  discardLetters,
  faultsOf,
  requestReplays,
} from '../../../commands/dead-letters/decide-letters.js';
import { type SourceId } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { never } from '../../support/never.js';

const places = [{ source: 'a'.repeat(32) as SourceId, offset: 7 }];

describe('deciding about dead letters while etcd does not answer', () => {
  const deciding = (kind: 'full' | 'unreachable') => {
    const unknown = () => Promise.resolve({ kind: 'unknown' as const, failure: { kind, message: 'so it is' } });
    const desk: LetterDesk = {
      ...{ state: unknown, request: unknown, discard: unknown, columns: unknown, isServed: unknown },
    };
    const pause = (ms: number, signal: AbortSignal) => sleep(Math.min(ms, 5), undefined, { signal });
    return { desk, pause, now: () => 0n as Instant, patienceMs: 20 };
  };

  it('L8: a full etcd ends the command with what to do', async () => {
    await assert.rejects(requestReplays(deciding('full'), places, [], never), /etcd is full .*telemetry status/);
    await assert.rejects(discardLetters(deciding('full'), places, 'x', never), /nothing can be recorded/);
  });

  it('L8: one that is out of reach ends it too, and says that it may be run again', async () => {
    const far = deciding('unreachable');
    await assert.rejects(requestReplays(far, places, [], never), /does not answer \(so it is\).*run this again/);
    await assert.rejects(discardLetters(far, places, 'x', never), /does not answer/);
    await assert.rejects(faultsOf(far, places, [['value', '1']], never), /does not answer/);
    await assert.rejects(awaitReplays(far, places, 1_000, never), /does not answer/);
  });
});
