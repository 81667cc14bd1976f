import { type BenchResults, type GrowthResults } from './bench-results.js';
import { figuresPlot } from './figures-plot.js';
import { growthPlot } from './growth-plot.js';
import { reportPage } from './report-page.js';

/** Every file of a report, by its name. */
export const reportFiles = (results: BenchResults, growths: GrowthResults): ReadonlyMap<string, string> => {
  const growth = growths.map((_, n) => `growth-${String(n + 1)}.svg`);
  const page = reportPage(results, growths, { figures: 'figures.svg', growth });
  return new Map([
    ['README.md', page],
    ['figures.svg', figuresPlot(results.figures)],
    ...growths.map((one, n) => [growth[n]!, growthPlot(one)] as const),
  ]);
};
