import { type SourceOutcome } from './source-outcome.js';
import { newsOf } from './stream-figures.js';
import { type StreamedSource } from './streamer.js';
import { type StreamerEvent } from './streamer-event.js';

/** A source that a streamer has given up, as `status --json` shows it; the message names it. */
export interface FailedSource {
  readonly path: string;
  readonly outcome: SourceOutcome['kind'];
  readonly message: string;
}

/** What another try ends in again: the source, or the log, has to be mended first. */
const needsMending: readonly SourceOutcome['kind'][] = ['refused', 'too-many-dead-letters', 'no-place', 'broken'];

/** The sources given up so far, and this one if it is one. */
export const withFailure = (failed: readonly FailedSource[], event: StreamerEvent): readonly FailedSource[] => {
  if (event.kind !== 'source-over' || !needsMending.includes(event.outcome)) return failed;
  const { path, outcome } = event;
  return [...failed.filter((one) => one.path !== path), { path, outcome, message: newsOf(event)! }];
};

/** More are only counted: a folder may hold thousands of files that are no sources. */
const mostTold = 10;

/** What `status` shows of them, by names of figures. */
export const failureFigures = (failed: readonly FailedSource[]): Readonly<Record<string, unknown>> =>
  failed.length === 0 ? {} : { failed_sources: failed.slice(0, mostTold), failed_sources_in_all: failed.length };

const advice = (count: number): string =>
  `once ${count === 1 ? 'it is' : 'they are'} mended, streamers that are started then read ` +
  `${count === 1 ? 'it' : 'them'} (telemetry scale streamer=N, or telemetry down and up)`;

/**
 * Why a streamer that has come to the end of its sources is not to be started again, and what to do; undefined where
 * that may help: all went well, or it was stopped while something was left to stream.
 */
export const reasonsToGiveUp = (
  failed: readonly FailedSource[],
  streamed: readonly StreamedSource[],
): readonly string[] | undefined => {
  if (failed.length === 0 || streamed.some(({ outcome }) => outcome.kind === 'stopped')) return undefined;
  const told = failed.slice(0, mostTold).map(({ message }) => message);
  const more = failed.length - told.length;
  return [...told, ...(more > 0 ? [`and ${String(more)} more`] : []), advice(failed.length)];
};
