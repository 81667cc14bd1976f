import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  /** Milliseconds before giving up; generous by default, since a slow machine is no failure. */
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/** Waits until a condition holds, and throws with its name when that does not happen in time. */
export const eventually = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  { withinMs = 60_000, everyMs = 25 }: Patience = {},
): Promise<void> => {
  const started = Date.now();
  while (!(await holds())) {
    if (Date.now() - started > withinMs) throw new Error(`not within ${String(withinMs)} ms: ${what}`);
    await pause(everyMs);
  }
};
