import { isCanonical, parseInstant } from '../../domain/instant.js';
import { type ObservedTime } from '../../domain/segment/segment.js';

const mostRemembered = 4096;

/** What a time's text means; undefined when it is none. Remembers the last few thousand: rows share their times. */
export const createTimeTexts = (): ((text: string) => ObservedTime | undefined) => {
  const known = new Map<string, ObservedTime>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const at = parseInstant(text);
    if (at === undefined) return undefined;
    const time = { at, text: isCanonical(text) ? undefined : text };
    if (known.size >= mostRemembered) known.clear();
    known.set(text, time);
    return time;
  };
};
