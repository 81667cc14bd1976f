import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { isRight, type Either } from 'fp-ts/lib/Either.js';
import { decodeSamples, decodeSegment } from '../../../domain/segment/decode.js';
import { encodeSamples, encodeSegment } from '../../../domain/segment/encode.js';
import { type SegmentFault } from '../../../domain/segment/segment.js';
import { plainSamples, plainSegment } from './plain-series.js';
import { sampleCases, segmentCases } from './vector-cases.js';
import { samplesText, segmentText } from './vector-text.js';

const folder = 'test/domain/segment/vectors';

const bytesOf = (file: string): Buffer =>
  Buffer.from(readFileSync(`${folder}/${file}`, 'utf8').replaceAll('\n', ''), 'hex');

const decoded = <T>(result: Either<SegmentFault, T>): T => {
  if (isRight(result)) return result.right;
  return assert.fail(JSON.stringify(result.left));
};

const contentOf = (name: string, bytes: Uint8Array): unknown =>
  name.includes('-segment-') ? segmentText(decoded(decodeSegment(bytes))) : samplesText(decoded(decodeSamples(bytes)));

describe('segment codec: test vectors', () => {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.hex'))
    .map((file) => file.replace('.hex', ''));

  for (const name of names) {
    it(`L6: reads ${name} as its JSON says`, () => {
      const expected: unknown = JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));
      assert.deepEqual(JSON.parse(JSON.stringify(contentOf(name, bytesOf(`${name}.hex`)))), expected);
    });
  }

  it('there is a vector for every case, and what is written now has the same content', () => {
    for (const [name, samples] of Object.entries(sampleCases)) {
      assert.ok(names.includes(`v1-samples-${name}`));
      assert.deepEqual(plainSamples(decoded(decodeSamples(encodeSamples(samples)))), samples);
    }
    for (const [name, segment] of Object.entries(segmentCases)) {
      assert.ok(names.includes(`v1-segment-${name}`));
      assert.deepEqual(plainSegment(decoded(decodeSegment(encodeSegment(segment)))), segment);
    }
  });

  it('what deflate has no part in is written as ever, byte by byte', () => {
    const name = 'empty';
    assert.deepEqual(Buffer.from(encodeSamples(sampleCases[name]!)), bytesOf(`v1-samples-${name}.hex`));
  });
});
