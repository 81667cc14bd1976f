import { DroppedAppends } from './dropped-appends.js';
import { LaneHolder } from './held-lane.js';
import { SourceHolder } from './held-source.js';
import { type Streaming } from './streaming.js';
import { type Stops } from './turn.js';

/** What sources are streamed with, one after the other: a lane, the source claimed in it, and when to stop. */
export interface LaneWork {
  readonly lanes: LaneHolder;
  readonly sources: SourceHolder;
  readonly dropped: DroppedAppends;
  readonly streaming: Streaming;
  readonly stops: Stops;
}

/** Nothing is claimed before it is needed. Whoever begins it releases the lane. */
export const beginWork = (streaming: Streaming, stops: Stops): LaneWork => {
  const lanes = new LaneHolder(streaming.claims, streaming);
  return { lanes, sources: new SourceHolder(lanes, streaming), dropped: new DroppedAppends(), streaming, stops };
};
