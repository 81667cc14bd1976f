import assert from 'node:assert/strict';
import { setImmediate as answers } from 'node:timers/promises';
import { roomIn, SpaceGuard } from '../../../commands/append/space-guard.js';
import { type StoreSpace } from '../../../domain/store-space.js';
import { never } from '../../support/never.js';

const quotaBytes = 1_000_000_000;
const space = (used: number, file: number): StoreSpace => ({
  usedBytes: used * quotaBytes,
  fileBytes: file * quotaBytes,
  quotaBytes,
});

/** A guard whose gauge reads these, one after the other, and the beginnings of what it tells. */
const guarding = (readings: StoreSpace[]) => {
  const told: (string | undefined)[] = [];
  const guard = new SpaceGuard({
    gauge: { read: async () => ({ kind: 'answered', value: readings.shift()! }) },
    pause: async () => undefined,
    clock: () => 0,
    onWaiting: (message) => told.push(message?.slice(0, 4)),
  });
  return { guard, told };
};

describe('room in etcd', () => {
  it('L8: none at 80 % of the quota in use, or 95 % of it in the file of any member', () => {
    assert.equal(roomIn(space(0.79, 0.94)).kind, 'room');
    assert.equal(roomIn(space(0.8, 0.8)).kind, 'none');
    assert.equal(roomIn(space(0.1, 0.95)).kind, 'none');
  });

  it('L8: says what helps: defragmentation where only the file is full', () => {
    const [used, file] = [roomIn(space(0.9, 0.9)), roomIn(space(0.1, 0.99))];
    assert.ok(used.kind === 'none' && /90 %.*in use.*80 %/.test(used.message) && !used.message.includes('defragment'));
    assert.ok(file.kind === 'none' && /99 %.*defragment/.test(file.message));
  });

  it('L8: holds an append back until there is room, saying why, and that it goes on', async () => {
    const readings = [space(0.85, 0.85), space(0.81, 0.85), space(0.5, 0.85)];
    const { guard, told } = guarding(readings);
    await guard.room(1, never, never);
    assert.deepEqual(told, ['85 %', '81 %', undefined]);
  });

  it('asks again after 2 s or 1 % of the quota, and not between', async () => {
    let [asked, now] = [0, 0];
    const guard = new SpaceGuard({
      gauge: {
        read: async () => {
          asked++;
          return { kind: 'answered', value: space(0.1, 0.1) };
        },
      },
      pause: async () => undefined,
      clock: () => now,
      onWaiting: () => assert.fail('there is room'),
    });
    for (let i = 0; i < 5; i++) await guard.room(1_000_000, never, never);
    assert.equal(asked, 1);
    for (let i = 0; i < 6; i++) await guard.room(1_000_000, never, never);
    assert.equal(asked, 2);
    now = 2_500;
    await guard.room(1, never, never);
    assert.equal(asked, 3);
  });

  it('L8: what was asked ahead and found no room holds the first append back', async () => {
    const readings = [space(0.86, 0.86), space(0.85, 0.85), space(0.5, 0.85)];
    const { guard, told } = guarding(readings);
    guard.ask(never);
    await answers();
    await guard.room(1, never, never);
    assert.deepEqual(told, ['85 %', undefined]);
  });

  it('L8: what was asked ahead is asked again by an append that comes late', async () => {
    const readings = [space(0.1, 0.1), space(0.85, 0.85), space(0.5, 0.85)];
    const told: (string | undefined)[] = [];
    let now = 0;
    const guard = new SpaceGuard({
      gauge: { read: async () => ({ kind: 'answered', value: readings.shift()! }) },
      pause: async () => undefined,
      clock: () => now,
      onWaiting: (message) => told.push(message?.slice(0, 4)),
    });
    guard.ask(never);
    await answers();
    now = 2_500;
    await guard.room(1, never, never);
    assert.deepEqual(told, ['85 %', undefined]);
  });

  it('asks once for what was asked ahead, also while the answer is under way', async () => {
    let asked = 0;
    const guard = new SpaceGuard({
      gauge: {
        read: async () => {
          asked++;
          await answers();
          return { kind: 'answered', value: space(0.1, 0.1) };
        },
      },
      pause: async () => undefined,
      clock: () => 0,
      onWaiting: () => assert.fail('there is room'),
    });
    guard.ask(never);
    await guard.room(1_000_000, never, never);
    await guard.room(1_000_000, never, never);
    assert.equal(asked, 1);
  });

  it('lets appends through when etcd does not tell: the append itself will', async () => {
    const failure = { kind: 'unreachable', message: '' } as const;
    const guard = new SpaceGuard({
      gauge: { read: async () => ({ kind: 'unknown', failure }) },
      pause: () => assert.fail('there is nothing to wait for'),
      clock: () => 0,
      onWaiting: () => assert.fail('there is nothing to tell'),
    });
    await guard.room(1, never, never);
  });
});
