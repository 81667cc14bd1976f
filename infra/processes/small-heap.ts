import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap small where little memory is promised, for a few per cent of time. To be called before the work begins.
 *
 * Left alone, the young generation grows to 48 MiB in a process that makes much short-lived garbage, and the old one to
 * four times what is in use before it is looked through.
 */
export const keepHeapSmall = (): void => {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
};

/**
 * As `keepHeapSmall`, for a process whose work may be over in a second: code is optimised when it has run five times as
 * much as usual. Before that it does not pay for itself: it took a quarter of the processor time of half a million rows.
 */
export const passThrough = (): void => {
  keepHeapSmall();
  setFlagsFromString('--interrupt-budget=600000');
};
