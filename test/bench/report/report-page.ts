import { shown } from '../figure.js';
import { type BenchResults, type GrowthResults, type MeasuredFigure } from './bench-results.js';
import { slopesOf } from './slopes.js';

const verdicts: Readonly<Record<string, string>> = { aim: 'aim reached', least: 'reached', not: '**not reached**' };

const row = (figure: MeasuredFigure): string => {
  const { name, what, unit, better, median, least, most, atLeast, aim, reached } = figure;
  const bound = better === 'more' ? '≥' : '≤';
  const wanted =
    atLeast === undefined ? '' : `${bound} ${String(atLeast)}${aim === undefined ? '' : `, aim ${String(aim)}`}`;
  const measured = `${shown(median)} (${shown(least)} to ${shown(most)}) ${unit}`;
  return `| \`${name}\` | ${what} | ${measured} | ${wanted} | ${verdicts[reached ?? ''] ?? ''} |`;
};

const growthTable = ({ what, sizes, costs }: GrowthResults[number], picture: string): readonly string[] => [
  ...[`### ${what}`, '', `![${what}](${picture})`, ''],
  `| cost | ${sizes.map((size) => size.toLocaleString('en-US')).join(' | ')} | slopes |`,
  `| --- | ${sizes.map(() => '---:').join(' | ')} | --- |`,
  ...Object.entries(costs).map(
    ([name, values]) =>
      `| ${name} | ${values.map((value) => value.toPrecision(3)).join(' | ')} | ${slopesOf(sizes, values)} |`,
  ),
  '',
];

/** The page of what was measured; `growth` are the files of its pictures, in order. */
export const reportPage = (
  { at, machine, rounds, figures }: BenchResults,
  growths: GrowthResults,
  pictures: { readonly figures: string; readonly growth: readonly string[] },
): string => {
  const notReached = figures.filter(({ reached }) => reached === 'not');
  return [
    '# What was measured',
    '',
    'Written by `write-report.main.js` from `npm run bench` and `growth.bench`; [how to read it](../README.md) stands beside.',
    `On ${at.slice(0, 10)}, the median of ${String(rounds)} rounds with the least and the most, on:`,
    '',
    ...Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`),
    '',
    `![the figures as multiples of what is wanted at least](${pictures.figures})`,
    '',
    '| figure | what | measured | wanted | |',
    '| --- | --- | --- | --- | --- |',
    ...figures.map(row),
    '',
    ...(notReached.length === 0 ? [] : ['## What is in the way', '']),
    ...notReached.map(({ name, inTheWay }) => `- \`${name}\`: ${inTheWay ?? 'not looked into yet.'}`),
    ...(notReached.length === 0 ? [] : ['']),
    '## How cost grows',
    '',
    'A slope of 1 is as much again for as much again, of 0 nothing more; the dotted line has 1.',
    '',
    ...growths.flatMap((growth, n) => growthTable(growth, pictures.growth[n]!)),
  ].join('\n');
};
