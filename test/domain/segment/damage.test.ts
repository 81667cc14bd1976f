import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import { decodeSamples, decodeSegment, decodeSegmentHeader } from '../../../domain/segment/decode.js';
import { encodeSamples, encodeSegment } from '../../../domain/segment/encode.js';
import { samples, segment } from './arbitraries.js';
import { full } from '../../support/full-counts.js';

const numRuns = full ? 50_000 : 250;

/** The same bytes with a checksum that fits them, as damage before the checksum was made, or malice, would give. */
const sealed = (bytes: Uint8Array): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  const check = crc32(copy.subarray(0, copy.length - 4));
  new DataView(copy.buffer).setUint32(copy.length - 4, check, true);
  return copy;
};

const decodeAll = (bytes: Uint8Array): void => {
  decodeSegment(bytes);
  decodeSegmentHeader(bytes);
  decodeSamples(bytes);
};

describe('segment codec: bytes that are not a segment', () => {
  it('L6: one flipped bit anywhere is found', () => {
    fc.assert(
      fc.property(segment(20), fc.nat(), (given, where) => {
        const bytes = encodeSegment(given);
        bytes[Math.floor(where / 8) % bytes.length]! ^= 1 << (where % 8);
        assert.ok(isLeft(decodeSegment(bytes)));
        assert.ok(isLeft(decodeSegmentHeader(bytes)));
      }),
      { numRuns },
    );
  });

  it('L6: a cut one, at any byte, and one with bytes behind it are found', () => {
    fc.assert(
      fc.property(segment(20), fc.nat(), (given, where) => {
        const bytes = encodeSegment(given);
        assert.ok(isLeft(decodeSegment(bytes.subarray(0, where % bytes.length))));
        assert.ok(isLeft(decodeSegment(Buffer.concat([bytes, Buffer.from([where % 256])]))));
      }),
      { numRuns },
    );
  });

  it('L6: an unknown version is named, whatever follows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 255 }), fc.uint8Array({ minLength: 4 }), (version, rest) => {
        const bytes = Buffer.concat([Buffer.from('TS'), Buffer.from([version]), rest]);
        assert.deepEqual(decodeSegment(bytes), { _tag: 'Left', left: { kind: 'unknown-version', version } });
        assert.deepEqual(decodeSegmentHeader(bytes), { _tag: 'Left', left: { kind: 'unknown-version', version } });
      }),
      { numRuns: 100 },
    );
  });

  it('L6: says what is wrong', () => {
    const reasonOf = (bytes: Uint8Array): string => {
      const result = decodeSegment(bytes);
      assert.ok(isLeft(result) && result.left.kind === 'damaged');
      return result.left.reason;
    };
    const bytes = encodeSegment(fc.sample(segment(20), { numRuns: 1, seed: 7 })[0]!);
    assert.match(reasonOf(new Uint8Array(0)), /only 0 bytes/);
    assert.match(reasonOf(Buffer.from('{"json":"of something else"}')), /does not begin with TS/);
    assert.match(reasonOf(encodeSamples(fc.sample(samples(3), { numRuns: 1, seed: 7 })[0]!)), /does not begin with TS/);
    bytes[20]! ^= 1;
    assert.match(reasonOf(bytes), /checksum is [0-9a-f]{8}, not [0-9a-f]{8}/);
  });

  it('L6: hostile bytes under a right checksum give samples or a fault, and never an exception', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'flip', 'insert', 'remove'));
    let accepted = 0;
    fc.assert(
      fc.property(samples(30), fc.array(change, { minLength: 1, maxLength: 4 }), (given, changes) => {
        const bytes = [...encodeSamples(given)];
        for (const [where, byte, how] of changes) {
          const at = 3 + (where % (bytes.length - 7));
          if (how === 'set') bytes[at] = byte;
          else if (how === 'flip') bytes[at]! ^= 1 << (byte % 8);
          else if (how === 'insert') bytes.splice(at, 0, byte);
          else if (bytes.length > 10) bytes.splice(at, 1);
        }
        const result = decodeSamples(sealed(Uint8Array.from(bytes)));
        if (isLeft(result)) assert.equal(result.left.kind, 'damaged');
        else accepted++;
      }),
      { numRuns: numRuns * 4 },
    );
    assert.ok(accepted < numRuns * 4);
  });

  it('L6: random bytes, bare, behind a right beginning, and under a right checksum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('TS', 'TC'), (content, kind) => {
        decodeAll(content);
        const begun = Buffer.concat([Buffer.from(kind), Buffer.from([1]), content, Buffer.alloc(4)]);
        decodeAll(begun);
        decodeAll(sealed(begun));
      }),
      { numRuns: numRuns * 4 },
    );
  });
});
