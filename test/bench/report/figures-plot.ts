import { type MeasuredFigure } from './bench-results.js';
import { colours, decades, logScale, picture, shape, text } from './svg.js';

const [width, left, right, row, top] = [880, 170, 30, 24, 44];

/** How a figure stands to what is wanted at least: 1 reaches it, 2 is twice as good. */
export const standing = ({ better, median, least, most, atLeast }: MeasuredFigure) => {
  if (atLeast === undefined) return undefined;
  const of = (value: number): number => (better === 'more' ? value / atLeast : atLeast / value);
  const [one, other] = [of(least), of(most)];
  return { median: of(median), from: Math.min(one, other), to: Math.max(one, other) };
};

/** Each figure as a multiple of what is wanted at least, on one axis: a dot for the median, a line from least to most. */
export const figuresPlot = (figures: readonly MeasuredFigure[]): string => {
  const shown = figures.flatMap((figure) => {
    const stands = standing(figure);
    return stands === undefined ? [] : [{ figure, stands }];
  });
  const ends = shown.flatMap(({ stands }) => [stands.from, stands.to]);
  const range = [Math.min(0.5, ...ends) / 1.2, Math.max(2, ...ends) * 1.2] as const;
  const x = logScale(range, [left, width - right]);
  const height = top + shown.length * row + 20;
  const grid = decades(range).flatMap((at) => [
    shape('line', { x1: x(at), x2: x(at), y1: top - 8, y2: height - 16, stroke: '#dddddd' }),
    text(x(at), top - 14, `${String(at)}×`, { 'text-anchor': 'middle', fill: '#555555' }),
  ]);
  const bars = shown.flatMap(({ figure, stands }, at) => {
    const y = top + at * row + row / 2;
    const isReached = stands.median >= 1;
    const colour = isReached ? colours[0] : colours[1];
    const dot = { fill: isReached ? colour : '#ffffff', stroke: colour, 'stroke-width': 2 };
    return [
      text(left - 10, y + 4, figure.name, { 'text-anchor': 'end' }),
      shape('line', { x1: x(stands.from), x2: x(stands.to), y1: y, y2: y, stroke: colour, 'stroke-width': 3 }),
      shape('circle', { cx: x(stands.median), cy: y, r: 5, ...dot }),
    ];
  });
  const wanted = shape('line', { x1: x(1), x2: x(1), y1: top - 8, y2: height - 16, stroke: '#000000' });
  const heading = text(left, 16, 'Multiples of what is wanted at least: filled dots reach it, hollow ones do not');
  return picture(width, height, 'The figures against what is wanted at least', [heading, ...grid, wanted, ...bars]);
};
