import type uPlotType from 'uplot';
import { dotsOf, gapsOf } from './chart-gaps.js';
import { element, say } from './element.js';
import { now } from './gateway-clock.js';
import { quantity, titleOf, unitOf } from './quantities.js';
import { axisHeight, momentOf, tickTexts, timeSteps } from './time-axis.js';
import { type Series } from './time-series.js';

declare const uPlot: typeof uPlotType;

/** Okabe and Ito's colours, which people with and without colour blindness tell apart, then dashes. */
const lineColours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a6d3b', '#7f7f7f'];

const height = 150;
/** Of the values beside a chart; the same for all, so that charts above one another have the same times there. */
const axisWidth = 64;
const keptForSavingMs = 30_000;

/** One line of a chart. */
export interface Line {
  readonly name: string;
}

/** The colour of a line by its number. */
export const colourOf = (line: number): string => lineColours[line % lineColours.length]!;

/** Nothing is nothing in any unit. */
const axisText = (metric: string, value: number): string => (value === 0 ? '0' : quantity(metric, value));

/** From the least to the greatest. */
export const spanOf = (metric: string, least: number, most: number): string =>
  least === most ? quantity(metric, most) : `${quantity(metric, least)} – ${quantity(metric, most)}`;

/** Round steps of memory are powers of two. */
const mebibytes = Array.from({ length: 24 }, (_, i) => 2 ** i);

/** A metric over time, on a card with its newest value. */
export class Chart {
  readonly #value = element('span', { class: 'value' });
  readonly #note = element('span', { class: 'note' });
  /** Each of several lines at the cursor: beside it, since a card that grew would move from under it. */
  readonly #tip = element('div', { class: 'tip', hidden: true });
  readonly #plot = element('div', { class: 'plot' }, this.#tip);
  readonly root: HTMLElement;
  #chart: uPlotType | undefined;
  #lines: readonly Line[] = [];
  #headline = '';
  #subline = '';
  readonly #resized = new ResizeObserver(() => this.#fit());

  /** @param group charts of one group show their cursors at the same time */
  constructor(
    readonly metric: string,
    private readonly group: string,
  ) {
    const title = element('h3', {}, titleOf(metric));
    this.root = element(
      'section',
      { class: 'card chart' },
      element('header', {}, title, this.#value, this.#note, this.#save()),
      this.#plot,
    );
    this.#resized.observe(this.#plot);
  }

  /** Shows the newest value and its age; the place of the cursor has precedence. */
  headline(value: string, note: string): void {
    this.#headline = value;
    this.#subline = note;
    this.#tell();
  }

  /** Shows lines between two times, milliseconds since the Unix epoch. */
  show(lines: readonly Line[], { times, lines: values }: Series, from: number, to: number): void {
    const same = lines.length === this.#lines.length && lines.every(({ name }, i) => name === this.#lines[i]!.name);
    if (!same || !this.#chart) this.#make(lines);
    this.#chart?.batch(() => {
      this.#chart?.setData([times, ...values] as uPlotType.AlignedData, false);
      this.#chart?.setScale('x', { min: from, max: to });
    });
  }

  /** With the colours of the page as they are now. */
  recolour(): void {
    this.#lines = [];
  }

  close(): void {
    this.#resized.disconnect();
    this.#chart?.destroy();
  }

  /** What it shows, for a spreadsheet: times in RFC 3339, and nothing where there is no value. */
  #save(): HTMLElement {
    const click = (): void => {
      const [times = [], ...lines] = this.#chart?.data ?? [];
      const rows = [...times].map((time, i) =>
        [new Date(time).toISOString(), ...lines.map((line) => line[i] ?? '')].join(),
      );
      const text = [['time', ...this.#lines.map(({ name }) => name)].join(), ...rows, ''].join('\n');
      const href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
      element('a', { href, download: `${this.metric}.csv` }).click();
      // A browser reads it some time after the click.
      setTimeout(() => URL.revokeObjectURL(href), keptForSavingMs);
    };
    return element(
      'button',
      { type: 'button', class: 'save', 'aria-label': `${titleOf(this.metric)} as CSV`, click },
      'CSV',
    );
  }

  #fit(): void {
    if (this.#chart && this.#plot.clientWidth > 0) this.#chart.setSize({ width: this.#plot.clientWidth, height });
  }

  #tell(): void {
    const { idx } = this.#chart?.cursor ?? {};
    const time = idx === null || idx === undefined ? undefined : this.#chart!.data[0][idx];
    const given = this.#lines.flatMap(({ name }, line) => {
      const value = this.#chart?.data[line + 1]?.[idx ?? -1];
      return value === null || value === undefined ? [] : [{ name, line, value }];
    });
    this.#tip.hidden = time === undefined || this.#lines.length < 2 || given.length === 0;
    if (time === undefined) {
      say(this.#value, this.#headline);
      say(this.#note, this.#subline);
      return;
    }
    const values = given.map(({ value }) => value);
    say(this.#value, values.length === 0 ? '–' : spanOf(this.metric, Math.min(...values), Math.max(...values)));
    say(this.#note, momentOf(time, now()));
    if (!this.#tip.hidden) this.#point(given);
  }

  #point(given: readonly { readonly name: string; readonly line: number; readonly value: number }[]): void {
    const keyed = given.map(({ name, line, value }) => {
      const key = element('span', { class: 'line-key', 'aria-hidden': 'true' });
      key.style.background = colourOf(line);
      return element('div', {}, key, `${name}: ${quantity(this.metric, value)}`);
    });
    this.#tip.replaceChildren(...keyed);
    const at = axisWidth + (this.#chart!.cursor.left ?? 0);
    const isLeft = at < this.#plot.clientWidth / 2;
    this.#tip.style.left = isLeft ? `${String(at + 12)}px` : 'auto';
    this.#tip.style.right = isLeft ? 'auto' : `${String(this.#plot.clientWidth - at + 12)}px`;
  }

  #make(lines: readonly Line[]): void {
    this.#chart?.destroy();
    this.#lines = lines;
    const style = getComputedStyle(this.#plot);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const [text, grid, accent] = [colour('--muted'), colour('--grid'), colour('--accent')];
    const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { show: false }, font: '11px system-ui' };
    this.#chart = new uPlot(
      {
        width: Math.max(100, this.#plot.clientWidth),
        height,
        ms: 1,
        legend: { show: false },
        cursor: { sync: { key: this.group }, y: false, points: { size: 6 } },
        scales: { x: { time: true }, y: { range: (_, low, high) => rangeOf(this.metric, low, high) } },
        // At the right is room for half of a time, which may stand at the very end.
        padding: [10, 18, 0, 0],
        axes: [
          {
            ...axis,
            space: 50,
            // Without values yet when it is first asked.
            size: (_, texts) => axisHeight(texts ?? []),
            incrs: timeSteps,
            values: (_, ticks) => tickTexts(ticks, now()),
          },
          {
            ...axis,
            size: axisWidth,
            space: 32,
            ...(unitOf(this.metric) === 'MiB' && { incrs: mebibytes }),
            values: (_, ticks) => ticks.map((tick) => axisText(this.metric, tick)),
          },
        ],
        series: [{}, ...lines.map(({ name }, i) => seriesOf(name, i, lines.length, accent))],
        hooks: { setCursor: [() => this.#tell()] },
      },
      [[], ...lines.map(() => [])],
      this.#plot,
    );
  }
}

/** What is narrower than so many CSS pixels is no line to the eye. */
const narrow = 3;

/** How long so much of a chart's width is. */
const narrowMs = (chart: uPlotType): number => chart.posToVal(narrow, 'x') - chart.posToVal(0, 'x');

const seriesOf = (name: string, line: number, of: number, alone: string): uPlotType.Series => ({
  label: name,
  stroke: of === 1 ? alone : colourOf(line),
  width: of > 1 ? 1.25 : 1.75,
  ...(of === 1 && { fill: `${alone}1f` }),
  ...(line >= lineColours.length && { dash: [4, 3] }),
  points: {
    show: false,
    filter: (chart, series) => dotsOf(chart.data[0], chart.data[series]!, narrowMs(chart)),
    size: 5,
    fill: of === 1 ? alone : colourOf(line),
  },
  // Lines share their times with others: a time without a value of this one is no gap by itself.
  gaps: (chart, series) =>
    gapsOf(chart.data[0], chart.data[series]!).map((ends) => [
      chart.valToPos(ends[0], 'x', true),
      chart.valToPos(ends[1], 'x', true),
    ]),
});

/** What is there in amounts is shown from nothing on. */
const amounts: ReadonlySet<string> = new Set(['MiB', 'W']);

/** Shares of a whole from 0 to 100, amounts from 0; others around what there is, with a little room. */
const rangeOf = (metric: string, low: number | null, high: number | null): [number, number] => {
  // A little more, so that a line at the very end has its whole width.
  if (unitOf(metric) === '%') return [0, 102];
  if (low === null || high === null) return [0, 1];
  if (amounts.has(unitOf(metric))) return [Math.min(0, low), high === 0 ? 1 : high * 1.1];
  const room = Math.max((high - low) * 0.15, Math.abs(high) * 0.02, 0.5);
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
};
