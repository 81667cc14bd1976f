import assert from 'node:assert/strict';
import { KernelRoom } from '../../../domain/wasm/kernel-room.js';

describe('the memory of a kernel', () => {
  it('gives out regions that do not overlap, and keeps what is in them when it grows', () => {
    const room = new KernelRoom();
    const regions = [1, 70_000, 8, 2_000_001, 3].map((bytes, i) => {
      const at = room.take(bytes);
      room.bytes.fill(i + 1, at, at + bytes);
      return { at, bytes };
    });
    for (const [i, { at, bytes }] of regions.entries()) {
      assert.equal(at % 8, 0);
      assert.ok(room.bytes.subarray(at, at + bytes).every((byte) => byte === i + 1));
    }
  });

  it('uses the same memory again, with zeros in it where they are asked for', () => {
    const room = new KernelRoom();
    const at = room.take(100_000);
    room.bytes.fill(7, at, at + 100_000);
    const size = room.bytes.length;
    room.clear();
    assert.equal(room.takeZeros(100_000), at);
    assert.ok(room.bytes.subarray(at, at + 100_000).every((byte) => byte === 0));
    assert.equal(room.bytes.length, size);
  });
});
