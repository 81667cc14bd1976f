import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  /** Milliseconds before giving up; generous by default, since a slow machine is no failure. */
  readonly withinMs?: number;
  /** Milliseconds between two looks at least. */
  readonly everyMs?: number;
}

/** A look that takes long is repeated less often, so that looking takes a quarter of a core at most: others wait for it. */
const restPerLook = 3;

/** What has been waited for since it was told last, and for how many milliseconds. */
const waits: { readonly what: string; readonly ms: number }[] = [];

/** Less is not worth a line. */
const toldFromMs = 50;
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** A line that says how long was waited, and for what longest; undefined where nobody had to. Told once. */
export const describeWaits = (): string | undefined => {
  const told = waits.splice(0);
  const inAll = told.reduce((sum, { ms }) => sum + ms, 0);
  if (inAll < toldFromMs) return undefined;
  const longest = told.reduce((one, other) => (other.ms > one.ms ? other : one));
  return `waited ${seconds(inAll)}, the longest ${seconds(longest.ms)} until ${longest.what}`;
};

/** Waits until a condition holds, and throws with its name when that does not happen in time. */
export const eventually = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  { withinMs = 60_000, everyMs = 25 }: Patience = {},
): Promise<void> => {
  const started = performance.now();
  for (;;) {
    const looked = performance.now();
    const isSo = await holds();
    const now = performance.now();
    if (isSo) return void waits.push({ what, ms: now - started });
    if (now - started > withinMs) throw new Error(`not within ${String(withinMs)} ms: ${what}`);
    await pause(Math.max(everyMs, (now - looked) * restPerLook));
  }
};
