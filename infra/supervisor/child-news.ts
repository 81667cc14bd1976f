import {
  type ChildEnd,
  type ChildEvent,
  type ChildRecord,
  describeEnd,
  describeReasons,
  isOver,
} from './child-record.js';
import { givenUp } from './given-up.js';

/** Crashes in a row, without once being ready, after which a start is given up. */
const hopeless = 5;

/** A sentence about a child without which the system cannot come up; undefined while there is hope. */
export const failureOf = (record: ChildRecord): string | undefined => {
  const { role, state, quickEnds, everReady, isFinal, lastEnd } = record;
  if (lastEnd === undefined || state === 'ended') return undefined;
  // It has found its sources wanting, one or all of them; what others stream is folded and served.
  if (role === 'streamer' && everReady && isFinal) return undefined;
  if (everReady && state !== 'failed') return undefined;
  const givenUp = state === 'failed' || lastEnd.reason !== undefined || quickEnds >= hopeless;
  return givenUp ? describeLastEnd(record, lastEnd, '') : undefined;
};

const describeLastEnd = ({ name, reasons }: ChildRecord, end: ChildEnd, outlook: string): string =>
  `${name} ${describeEnd(end)}${outlook}${reasons.length === 0 ? '' : `: ${describeReasons(reasons)}`}`;

/** What crashes all the time is told of less often, about once a minute, so that the log of it stays short. */
const toldOneByOne = 10;
const toldEvery = 30;

/** What people are told of an event: crashes, ends and comings back, not every step. */
export const newsOf = (after: ChildRecord, before: ChildRecord, event: ChildEvent): string | undefined => {
  if (event.type === 'ready' && before.restarts > 0 && before.state !== 'running') {
    return `${after.name} is back (process ${String(after.pid)}, restart ${String(after.restarts)})`;
  }
  if (event.type === 'ready' && before.state === 'starting' && before.hasWaited) {
    return [`${after.name} is ready`, ...after.addresses].join(' at ');
  }
  if (event.type === 'progress') {
    const told = givenUp(before.name, before.details);
    const fresh = givenUp(after.name, after.details).filter((sentence) => !told.includes(sentence));
    return fresh.length === 0 ? undefined : fresh.join('; ');
  }
  if (event.type !== 'ended' || after.state === 'stopped') return undefined;
  const what = `${after.name} ${describeEnd(event.end)}`;
  if (after.state === 'ended') return `${after.name} has done its work`;
  if (isOver(after)) return describeLastEnd(after, event.end, ' and is not started again');
  if (after.quickEnds <= toldOneByOne) return `${what}; it is started again`;
  return after.quickEnds % toldEvery === 0 ? `${what}, the ${String(after.quickEnds)}th time in a row` : undefined;
};
