import * as t from 'io-ts';

const Figure = t.intersection([
  t.type({
    name: t.string,
    what: t.string,
    unit: t.string,
    better: t.union([t.literal('more'), t.literal('less')]),
    median: t.number,
    least: t.number,
    most: t.number,
    /** What was seen besides, round by round. */
    seen: t.array(t.string),
  }),
  t.partial({ atLeast: t.number, aim: t.number, reached: t.string, inTheWay: t.string }),
]);
export type MeasuredFigure = t.TypeOf<typeof Figure>;

/** What `npm run bench -- --out FILE.json` writes. */
export const BenchResults = t.type({
  at: t.string,
  machine: t.record(t.string, t.string),
  rounds: t.number,
  figures: t.array(Figure),
});
export type BenchResults = t.TypeOf<typeof BenchResults>;

/** What `growth.bench.js FOLDER FILE.json` writes: costs by what is counted, one value for each size. */
export const GrowthResults = t.array(
  t.type({ what: t.string, sizes: t.array(t.number), costs: t.record(t.string, t.array(t.number)) }),
);
export type GrowthResults = t.TypeOf<typeof GrowthResults>;
