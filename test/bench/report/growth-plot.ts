import { type GrowthResults } from './bench-results.js';
import { colours, decades, logScale, picture, shape, text } from './svg.js';

type Growth = GrowthResults[number];

const [width, height] = [880, 420];
const [left, right, top, bottom] = [60, 330, 44, 40];

/** How the costs grow: each as a multiple of what it is at the least size; as much again for as much again is dotted. */
export const growthPlot = ({ what, sizes, costs }: Growth): string => {
  const series = Object.entries(costs).map(([name, values]) => ({
    name,
    times: values.map((one) => one / values[0]!),
  }));
  const grown = sizes.map((size) => size / sizes[0]!);
  const most = Math.max(...grown, ...series.flatMap(({ times }) => times));
  const least = Math.min(1, ...series.flatMap(({ times }) => times));
  const [across, up] = [[1, grown.at(-1)!] as const, [least / 1.1, most * 1.1] as const];
  const [x, y] = [logScale(across, [left, width - right]), logScale(up, [height - bottom, top])];
  const line = (times: readonly number[]): string =>
    times.map((value, at) => `${x(grown[at]!).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const grid = [
    ...decades(up).flatMap((at) => [
      shape('line', { x1: left, x2: width - right, y1: y(at), y2: y(at), stroke: '#dddddd' }),
      text(left - 8, y(at) + 4, `${String(at)}×`, { 'text-anchor': 'end', fill: '#555555' }),
    ]),
    ...grown.flatMap((at, n) => [
      shape('line', { x1: x(at), x2: x(at), y1: top, y2: height - bottom, stroke: '#dddddd' }),
      text(x(at), height - bottom + 18, sizes[n]!.toLocaleString('en-US'), {
        'text-anchor': 'middle',
        fill: '#555555',
      }),
    ]),
  ];
  const even = { points: line(grown), fill: 'none', stroke: '#000000', 'stroke-dasharray': '2 4' };
  // Names stand beside the ends of their lines, moved apart where these are close.
  let free = -Infinity;
  const named = series
    .map((one, at) => ({ ...one, colour: colours[at % colours.length]!, at: y(one.times.at(-1)!) }))
    .sort((a, b) => a.at - b.at)
    .flatMap(({ name, times, colour, at }) => {
      free = Math.max(at + 4, free + 15);
      return [
        shape('polyline', { points: line(times), fill: 'none', stroke: colour, 'stroke-width': 2 }),
        ...times.map((value, n) => shape('circle', { cx: x(grown[n]!), cy: y(value), r: 3, fill: colour })),
        text(width - right + 12, free, `${name} (${times.at(-1)!.toPrecision(2)}×)`, { fill: colour }),
      ];
    });
  return picture(width, height, what, [text(left, 18, what), ...grid, shape('polyline', even), ...named]);
};
