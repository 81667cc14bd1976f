import assert from 'node:assert/strict';
import { compareDocuments } from '../../projections/plain/compare-documents.js';
import { plainVersions } from '../../projections/plain/plain-folds.js';
import { type StoredDocument } from '../../projections/projection.js';
import { projections } from '../../projections/projections.js';
import { documentsAfter } from './given.js';

const document = (name: string, text: string): StoredDocument => ({ path: ['kind', name], value: Buffer.from(text) });

const chunks = (value: number) =>
  documentsAfter('history', [
    {
      revision: 1,
      appended: '2025-07-18T20:43:00Z',
      storedBytes: 2_000_000,
      rows: [{ at: '2025-07-18T20:42:34Z', value }],
    },
  ]);

describe('comparing a read model with the fold of its log', () => {
  it('equal documents are no difference, in whatever order they come', () => {
    const [a, b] = [document('a', '{"x":1}'), document('b', '{}')];
    assert.deepEqual(compareDocuments([a, b], [b, a]), { compared: 2, differences: [] });
  });

  it('R5: names each document that is missing, unexpected or different', () => {
    const expected = [document('a', '1'), document('b', '2'), document('c', '3')];
    const found = [document('b', '2'), document('c', '4'), document('d', '5')];
    assert.deepEqual(compareDocuments(expected, found), {
      compared: 4,
      differences: [
        { kind: 'missing', path: ['kind', 'a'] },
        { kind: 'different', path: ['kind', 'c'], expected: '3', found: '4' },
        { kind: 'unexpected', path: ['kind', 'd'] },
      ],
    });
  });

  it('R5: a chunk with another value is different, and is shown by its header', () => {
    const [expected, found] = [chunks(1)[0]!, chunks(2)[0]!];
    const { differences } = compareDocuments([expected], [found]);
    assert.equal(differences.length, 1);
    assert.ok(differences[0]?.kind === 'different' && differences[0].expected.startsWith('{"revision":"1"'));
  });

  it('R5: a chunk that cannot be read is different', () => {
    const [good] = chunks(1);
    const bad = { ...good!, value: Buffer.concat([good!.value.slice(0, -1), Buffer.of(0xff)]) };
    assert.equal(compareDocuments([good!], [bad]).differences.length, 1);
  });
});

describe('the plain folds', () => {
  it('R5: verify every projection in the version that this program folds', () => {
    for (const { name, version } of projections) assert.ok(plainVersions(name).includes(version), name);
  });
});
