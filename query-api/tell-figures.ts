import { RecentRate } from '../domain/recent-rate.js';
import { beginning, type Revision } from '../domain/revision.js';
import { lagSegments } from './model/lag.js';
import { type Serving } from './serving.js';

/** How a gateway does. */
export interface GatewayFigures {
  /** The revision that it answers at. */
  readonly revision: Revision;
  /** Segments in the log that it does not answer from yet. */
  readonly lagSegments: number;
  readonly requests: number;
  /** Over the last seconds. */
  readonly requestsPerSecond: number;
  /** What others have to do before it can be ready; undefined when it waits for nobody but etcd. */
  readonly waiting: string | undefined;
}

/** Tells every second how a gateway does, until the function that it answers with is called. */
export const tellFigures = (
  serving: Serving,
  requestsSoFar: () => number,
  tell: (figures: GatewayFigures) => void,
): (() => void) => {
  const rate = new RecentRate();
  const ticking = setInterval(() => {
    const { model } = serving;
    const requests = requestsSoFar();
    tell({
      revision: model?.revision() ?? beginning,
      lagSegments: model === undefined ? 0 : lagSegments(model),
      requests,
      requestsPerSecond: Math.round(rate.perSecond(performance.now(), requests)),
      waiting: serving.waiting,
    });
  }, 1_000);
  return () => clearInterval(ticking);
};
