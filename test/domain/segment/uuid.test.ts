import assert from 'node:assert/strict';
import fc from 'fast-check';
import { packAlike, packUuid } from '../../../domain/segment/uuid.js';

const around = fc.oneof(
  fc.constantFrom('', 'GPU-', 'MIG-', 'a', 'é', '\u0001', '\u0000'),
  fc.stringMatching(/^[0-9a-f-]{0,40}$/),
  fc.tuple(fc.uuid(), fc.nat({ max: 36 })).map(([uuid, length]) => uuid.slice(0, length)),
);
const damaged = (uuid: string, at: number, by: string): string => uuid.slice(0, at) + by + uuid.slice(at + by.length);

describe('UUIDs packed together', () => {
  it('L4: are packed as each alone is, and have its pattern', () => {
    const damage = fc.option(
      fc.tuple(fc.nat(), fc.nat({ max: 35 }), fc.constantFrom('g', 'A', '-', '0', 'İ', ':', '`')),
      {
        freq: 3,
      },
    );
    const uuids = fc.array(fc.uuid(), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(uuids, around, around, damage, (some, before, behind, at) => {
        const texts = some.map((uuid) => before + uuid + behind);
        if (at !== null) {
          const which = at[0] % texts.length;
          texts[which] = before + damaged(some[which]!, at[1], at[2]) + behind;
        }
        const packed = packAlike(texts);
        if (packed === undefined) return;
        const alone = texts.map(packUuid);
        assert.deepEqual(new Set(alone.map(({ pattern }) => pattern)), new Set([packed.pattern]));
        assert.deepEqual(Buffer.from(packed.bytes), Buffer.concat(alone.map(({ bytes }) => bytes)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are so where they are those of GPUs, and not where one differs in more', () => {
    const texts = Array.from({ length: 300 }, (_, at) => `GPU-8b70cf78-872e-3449-0e2d-${String(at).padStart(12, '0')}`);
    assert.equal(packAlike(texts)?.bytes.length, 300 * 16);
    assert.equal(packAlike([...texts, 'GPU-8B70cf78-872e-3449-0e2d-000000000000']), undefined);
    assert.equal(packAlike([...texts, 'MIG-8b70cf78-872e-3449-0e2d-000000000000']), undefined);
    assert.equal(packAlike([...texts, 'GPU-1']), undefined);
    assert.equal(packAlike(['GPU-1', 'GPU-2']), undefined);
    assert.equal(packAlike([]), undefined);
  });
});
