import { type Fleet } from '../model/fleet.js';
import { type Clock } from './clock.js';
import { type Gpu, selectGpus } from './gpus.js';
import { type HealthEvent } from './health-event.js';
import { watermarkFor } from './watermark-for.js';

/**
 * The GPUs that are expected and not seen: known ones, at their present host, whose status is `stale` or `missing`.
 *
 * Worked out when it is asked, and not folded. An absence is no event, it is that the others went on: it shows against the
 * watermark of the cluster, which no partition knows alone and which goes on with the clock when nothing comes at all,
 * and a fold has neither (promise P3). A fold of absences would also have to write when each device was seen last with
 * every commit, which is most of what the projection `gpu` writes. So an absence is there from the moment at which the
 * status turns, and is over with the first observation; `gpuStatusChanged` tells of both.
 */
export const notSeen = (fleet: Fleet, clock: Clock): readonly HealthEvent[] =>
  selectGpus(fleet, {}, clock)
    .filter(({ status }) => status !== 'active')
    .map((gpu) => absenceOf(fleet, gpu));

/** From the GPU's newest observation to the newest time at which its cluster was seen without it. */
export const absenceOf = (fleet: Fleet, { view, status }: Gpu): HealthEvent => {
  const { watermark } = watermarkFor(fleet, view);
  return {
    ...{ device: view, kind: 'not_seen', cause: status, code: null, metric: null, unit: null },
    ...{ count: 1, samples: 0, worst: null, ongoing: true },
    first: view.lastSeen,
    last: watermark > view.lastSeen ? watermark : view.lastSeen,
    id: [view.cluster, view.hostname, view.uuid, 'not_seen', String(view.lastSeen)].join('/'),
  };
};
