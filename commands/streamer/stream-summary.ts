import { plural } from '../../domain/quantities.js';
import { type SourceOutcome } from './source-outcome.js';
import { type StreamFigures } from './stream-figures.js';
import { type StreamedSource } from './streamer.js';

/** What `telemetry stream --json` prints. */
export interface StreamSummary {
  readonly ok: boolean;
  readonly rows: number;
  readonly events: number;
  readonly dead_letters: number;
  readonly segments: number;
  readonly bytes: number;
  readonly appends: number;
  readonly applied_earlier: number;
  readonly fenced: number;
  readonly seconds: number;
  readonly sources: readonly { readonly path: string; readonly outcome: string; readonly message: string }[];
}

const successes: readonly SourceOutcome['kind'][] = ['done', 'nothing-new', 'no-rows'];

/** @param endless true when being stopped is the only way to end, so that it is no failure */
export const summarize = (
  figures: StreamFigures,
  sources: readonly StreamedSource[],
  seconds: number,
  endless: boolean,
): StreamSummary => ({
  ok: sources.every(({ outcome }) => successes.includes(outcome.kind) || (endless && outcome.kind === 'stopped')),
  rows: figures.rows,
  events: figures.events,
  dead_letters: figures.deadLetters,
  segments: figures.segments,
  bytes: figures.bytes,
  appends: figures.appends,
  applied_earlier: figures.appliedEarlier,
  fenced: figures.fenced,
  seconds: Math.round(seconds * 1000) / 1000,
  sources: sources.map(({ path, outcome }) => ({ path, outcome: outcome.kind, message: outcome.message })),
});

/** The summary for people. */
export const summaryLine = (summary: StreamSummary): string => {
  const perSecond = summary.seconds > 0 ? Math.round(summary.rows / summary.seconds) : 0;
  const perEvent = summary.events > 0 ? `, ${(summary.bytes / summary.events).toFixed(2)} bytes an event` : '';
  return (
    `${String(summary.rows)} rows: ${String(summary.events)} events and ${String(summary.dead_letters)} dead letters ` +
    `in ${plural(summary.appends, 'append')} (${String(summary.applied_earlier)} applied earlier), ` +
    `${String(summary.segments)} segments, ${String(summary.bytes)} bytes${perEvent}; ` +
    `${summary.seconds.toFixed(1)} s, ${String(perSecond)} rows/s`
  );
};
