/*
 * The axis of times below a chart, in the time zone of who looks.
 */

/** Round steps, in milliseconds. */
export const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => minutes * 60_000);

const hourMinute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const isSameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();
const isSameYear = (a: number, b: number): boolean => new Date(a).getFullYear() === new Date(b).getFullYear();

/** The date of a time; of another year with the year. */
const dateOf = (time: number, yearOf: number): string => (isSameYear(time, yearOf) ? day : dayOfYear).format(time);

/**
 * What ticks say: the time, and where not all of them are of today the first of each day its date, on a line of its own.
 *
 * @param ticks ascending, like `now` in milliseconds since the Unix epoch
 */
export const tickTexts = (ticks: readonly number[], now: number): string[] => {
  const isOfToday = ticks.every((tick) => isSameDay(tick, now));
  return ticks.map((tick, n) => {
    const before = ticks[n - 1];
    const isFirst = before === undefined || !isSameDay(before, tick);
    const time = hourMinute.format(tick);
    // A year is told once: the ticks to its right are of the same.
    return isOfToday || !isFirst ? time : `${time}\n${dateOf(tick, before ?? now)}`;
  });
};

/** How high the axis is with such texts, in CSS pixels. */
export const axisHeight = (texts: readonly string[]): number => (texts.some((text) => text.includes('\n')) ? 42 : 26);

/** A moment to the second. The day only where it is another: on a phone there is little room. */
export const momentOf = (time: number, now: number): string =>
  isSameDay(time, now) ? clock.format(time) : `${dateOf(time, now)}, ${clock.format(time)}`;
