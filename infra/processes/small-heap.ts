import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap small where little memory is promised, for a few per cent of time. To be called before the work begins.
 *
 * Left alone, the young generation grows to 48 MiB in a process that makes much short-lived garbage, and the old one to
 * four times what is in use before it is looked through.
 *
 * @param growth per cent of what is in use by which the old generation grows before it is looked through again
 */
const keepHeapSmall = (growth: number): void => {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString(`--heap-growing-percent=${String(growth)}`);
};

/** For a process that holds much for long: of that every per cent counts. */
export const keepModels = (): void => keepHeapSmall(20);

/**
 * For a process that holds little, and whose work may be over in a second: code is optimised when it has run five times
 * as much as usual. Before that it does not pay for itself: it took a quarter of the processor time of half a million
 * rows.
 */
export const passThrough = (): void => {
  keepHeapSmall(30);
  setFlagsFromString('--interrupt-budget=600000');
};

/**
 * For a process that holds little and lives long, with little to do at a time: code is optimised when it has run a third
 * as much as usual. At a row now and then that would take minutes, and until then a row takes twice the time.
 *
 * To be decided at the start: code that has run keeps the measure that it began with.
 */
export const stayLive = (): void => {
  keepHeapSmall(30);
  setFlagsFromString('--interrupt-budget=20000');
};
