import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  /** Milliseconds before giving up; generous by default, since a slow machine is no failure. */
  readonly withinMs?: number;
  /** Milliseconds between two looks at least. */
  readonly everyMs?: number;
}

/** A look that takes long is repeated less often, so that looking takes a quarter of a core at most: others wait for it. */
const restPerLook = 3;

/** Waits until a condition holds, and throws with its name when that does not happen in time. */
export const eventually = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  { withinMs = 60_000, everyMs = 25 }: Patience = {},
): Promise<void> => {
  const started = performance.now();
  for (;;) {
    const looked = performance.now();
    if (await holds()) return;
    const now = performance.now();
    if (now - started > withinMs) throw new Error(`not within ${String(withinMs)} ms: ${what}`);
    await pause(Math.max(everyMs, (now - looked) * restPerLook));
  }
};
