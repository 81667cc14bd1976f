import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { isRight } from 'fp-ts/lib/Either.js';
import { BenchResults, GrowthResults, type MeasuredFigure } from './bench-results.js';
import { standing } from './figures-plot.js';
import { reportFiles } from './report-files.js';

const folder = new URL('../../../../test/bench/results/', import.meta.url);
const committed = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

const figure = (over: Partial<MeasuredFigure>): MeasuredFigure => ({
  ...{ name: 'import', what: 'a file', unit: 'times', better: 'more', median: 20, least: 10, most: 40, seen: [] },
  ...over,
});

describe('the page of what was measured', () => {
  it('follows from the figures that are kept with it', () => {
    const results = BenchResults.decode(JSON.parse(committed('figures.json')));
    const growths = GrowthResults.decode(JSON.parse(committed('growth.json')));
    assert.ok(isRight(results) && isRight(growths));
    const files = reportFiles(results.right, growths.right);
    assert.deepEqual([...files.keys(), 'figures.json', 'growth.json'].sort(), readdirSync(folder).sort());
    for (const [name, content] of files) assert.equal(committed(name), content, name);
  });

  it('holds a figure against what is wanted, whether more is better or less', () => {
    assert.deepEqual(standing(figure({ atLeast: 20 })), { median: 1, from: 0.5, to: 2 });
    assert.deepEqual(standing(figure({ atLeast: 20, better: 'less' })), { median: 1, from: 0.5, to: 2 });
    assert.equal(standing(figure({})), undefined);
  });

  it('says of each figure that is not reached what is in the way, or that nobody has looked', () => {
    const figures = [
      figure({ atLeast: 30, reached: 'not', inTheWay: 'the disk.' }),
      figure({ name: 'start', reached: 'not' }),
      figure({ name: 'help', reached: 'aim' }),
    ];
    const machine = { processors: '2' };
    const page = reportFiles({ at: '2026-01-02T03:04:05Z', machine, rounds: 3, figures }, []).get('README.md')!;
    assert.match(page, /^- `import`: the disk\.$/m);
    assert.match(page, /^- `start`: not looked into yet\.$/m);
    assert.doesNotMatch(page, /^- `help`/m);
    assert.match(page, /^\| `import` \| a file \| 20\.0 \(10\.0 to 40\.0\) times \| ≥ 30 \| \*\*not reached\*\* \|$/m);
  });
});
