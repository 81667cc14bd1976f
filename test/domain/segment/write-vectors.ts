import { writeFile } from 'node:fs/promises';
import { encodeSamples, encodeSegment } from '../../../domain/segment/encode.js';
import { sampleCases, segmentCases } from './vector-cases.js';
import { samplesText, segmentText } from './vector-text.js';

/*
 * Writes the test vectors: `node dist/test/domain/segment/write-vectors.js`. For a new version of the format only: the
 * vectors of a version that has been released stay as they are.
 */

const write = async (name: string, bytes: Uint8Array, content: unknown): Promise<void> => {
  const hex = Buffer.from(bytes).toString('hex').replace(/.{96}/g, '$&\n');
  await writeFile(`test/domain/segment/vectors/${name}.hex`, `${hex.trimEnd()}\n`);
  await writeFile(`test/domain/segment/vectors/${name}.json`, `${JSON.stringify(content)}\n`);
};

for (const [name, samples] of Object.entries(sampleCases))
  await write(`v1-samples-${name}`, encodeSamples(samples), samplesText(samples));
for (const [name, segment] of Object.entries(segmentCases))
  await write(`v1-segment-${name}`, encodeSegment(segment), segmentText(segment));
