import { type SystemState } from './system-state.js';

/** What a streamer that follows, loops or only waits says of itself by `announceProgress`: its end is not waited for. */
const isEndless = ({ details }: SystemState['processes'][number]): boolean => details?.['endless'] === true;

/** True where a running system has, or had, sources to read that end. */
export const hasSourcesThatEnd = (state: SystemState | undefined): boolean =>
  (state?.processes ?? []).some((process) => process.role === 'streamer' && !isEndless(process));

/** True while a streamer of a running system still has sources to read that end. */
export const streamersBusy = (state: SystemState | undefined): boolean =>
  (state?.processes ?? []).some(
    (process) =>
      process.role === 'streamer' &&
      ['starting', 'running', 'restarting'].includes(process.state) &&
      !isEndless(process),
  );
