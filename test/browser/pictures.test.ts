import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { picturesOn, shots } from './support/shots.js';

const root = new URL('../../../', import.meta.url);

describe('the pictures of the dashboard', () => {
  it('that the README shows are those that are there, and `npm run screenshots` takes each of them', () => {
    const shown = [...picturesOn(new URL('README.md', root))].sort();
    assert.deepEqual(readdirSync(new URL('deploy/screenshots/', root)).sort(), shown);
    const taken = shots.map(({ name }) => name);
    assert.deepEqual(
      shown.filter((name) => !taken.includes(name)),
      [],
    );
    const elsewhere = picturesOn(new URL('query-api/dashboard/README.md', root));
    assert.ok(elsewhere.every((name) => shown.includes(name)));
  });
});
