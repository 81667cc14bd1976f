import { type SystemState } from './system-state.js';

/**
 * True while a streamer of a running system still has sources to read that end. One that follows, loops or only waits
 * says `endless: true` of itself by `announceProgress` and is not waited for.
 */
export const streamersBusy = (state: SystemState | undefined): boolean =>
  (state?.processes ?? []).some(
    ({ role, state: doing, details }) =>
      role === 'streamer' && ['starting', 'running', 'restarting'].includes(doing) && details?.['endless'] !== true,
  );
