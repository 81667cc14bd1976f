import assert from 'node:assert/strict';
import * as t from 'io-ts';
import { SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { unmet } from '../../domain/unmet.js';

describe('what a codec did not find', () => {
  const said = (codec: t.Mixed, value: unknown): string => {
    const decoded = codec.decode(value);
    assert(decoded._tag === 'Left');
    return unmet(decoded.left);
  };

  it('is told by place, with what it was and what is accepted', () => {
    const codec = t.intersection([
      t.type({ a: t.type({ b: t.number }) }),
      t.partial({ c: t.union([t.null, t.string]) }),
    ]);
    assert.equal(said(codec, { a: {} }), 'a.b is missing');
    assert.equal(said(codec, { a: { b: 'x' } }), 'a.b was "x" (accepted: number)');
    assert.equal(said(codec, { a: { b: 1 }, c: 5 }), 'c was 5 (accepted: null or string)');
    assert.equal(said(t.string, 7), 'all of it was 7 (accepted: string)');
    assert.equal(said(t.string, [`${'x'.repeat(100)}`]), `all of it was ["${'x'.repeat(58)}… (accepted: string)`);
  });

  it('stays short where all is another thing', () => {
    const text = said(SourceCheckpoint, { version: 99 });
    assert.match(text, /^(\w+ is missing, ){3}and \d+ more$/);
  });
});
