import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Screen } from '../../../infra/cli/screen.js';
import { tableLines } from '../../../infra/cli/table.js';

describe('a table', () => {
  it('has its columns below each other and no column that is empty', () => {
    const rows = [
      ['NAME', 'LAG', 'RATE'],
      ['streamer-1', '', '5/s'],
      ['g', '', ''],
    ];
    assert.deepEqual(tableLines(rows), ['NAME        RATE', 'streamer-1  5/s', 'g']);
  });

  it('cuts nothing off', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 9 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1 }), (rows) => {
        const lines = tableLines([['A', 'B', 'C'], ...rows]);
        rows.forEach((row, i) => assert.equal(lines[i + 1]!.replaceAll(' ', ''), row.join('')));
      }),
    );
  });
});

describe('a screen', () => {
  it('draws over what it drew, cuts at the edges, and gives the cursor back', () => {
    let text = '';
    const screen = new Screen({ columns: 4, rows: 3, write: (more) => (text += more) });
    screen.draw(['longer', 'b', 'below the edge']);
    assert.equal(text, '\u001b[?25l\u001b[2J\u001b[Hlong\u001b[K\nb\u001b[K\n\u001b[J');
    text = '';
    screen.draw(['c']);
    assert.equal(text, '\u001b[Hc\u001b[K\n\u001b[J');
    text = '';
    screen.end();
    assert.equal(text, '\u001b[?25h');
  });

  it('takes a terminal that does not know its size for a usual one', () => {
    let text = '';
    const screen = new Screen({ columns: 0, rows: 0, write: (more) => (text += more) });
    screen.draw(['x'.repeat(100), 'y']);
    assert.ok(text.includes(`${'x'.repeat(80)}\u001b[K\ny`));
  });
});
