import { formatInstant } from '../../domain/instant.js';
import { printLiveCursor } from '../live/live-cursor.js';
import { type LiveUpdate } from '../live/live-update.js';
import { shownName } from '../parameters/metrics.js';
import { type Conflated } from './conflation.js';
import { SharedFrames } from './shared-frames.js';
import { textFrame } from './text-frame.js';

/** The part of a message that all subscribers are sent who are told of an update as it came. */
const bodies = new WeakMap<LiveUpdate, Buffer>();

const bodyText = ({ update, cursor }: Pick<Conflated, 'update' | 'cursor'>): string => {
  const body = {
    timestamp: formatInstant(update.at),
    gpu_uuid: update.uuid,
    data: Object.fromEntries([...update.values].map(([metric, value]) => [shownName(metric), value])),
    cursor: printLiveCursor(cursor),
  };
  return JSON.stringify(body).slice(1, -1);
};

const sharedBody = (update: LiveUpdate): Buffer => {
  const known = bodies.get(update);
  if (known) return known;
  const made = Buffer.from(bodyText({ update, cursor: update.cursor }), 'utf8');
  bodies.set(update, made);
  return made;
};

const end = Buffer.from('}');
const frames = new SharedFrames<LiveUpdate>();

/** What each message of a subscription begins with. */
export const updateHead = (id: string | undefined): string =>
  `{"type":"telemetry_update",${id === undefined ? '' : `"id":${JSON.stringify(id)},`}`;

/** The message about an update. @param head of the subscription */
export const updateFrame = (head: string, conflated: Conflated): Buffer => {
  const { update, skipped, cursor } = conflated;
  const isAsItCame = cursor === update.cursor;
  const make = (): Buffer => {
    const body = isAsItCame ? sharedBody(update) : Buffer.from(bodyText(conflated), 'utf8');
    return textFrame(
      Buffer.from(head, 'utf8'),
      body,
      skipped > 0 ? Buffer.from(`,"skipped":${String(skipped)}}`) : end,
    );
  };
  return isAsItCame && skipped === 0 ? frames.frame(update, head, make) : make();
};
