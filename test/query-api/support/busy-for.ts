/** Takes so many milliseconds of this turn of the event loop. */
export const busyFor = (ms: number): void => {
  for (const end = performance.now() + ms; performance.now() < end;);
};
