import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { segmentVersion } from '../../../domain/segment/frame.js';
import { preset } from '../../../domain/segment/preset.js';

describe('segment codec: the specification', () => {
  const page = readFileSync('domain/segment/SEGMENT.md', 'utf8');

  it('L6: is of the version that is written', () => {
    assert.ok(page.startsWith(`# The segment format, version ${segmentVersion}\n`));
  });

  it('lists the preset dictionary as it is', () => {
    const lines = page.split('## Preset dictionary')[1]!.split('```')[1]!.trim().split('\n');
    const listed = lines.flatMap((line) => [Buffer.from(JSON.parse(line) as string, 'utf8'), Buffer.from([0xff])]);
    assert.deepEqual(Buffer.concat(listed), preset);
    assert.ok(page.includes(`${preset.length} bytes, CRC-32 \`${crc32(preset).toString(16)}\``));
  });
});
