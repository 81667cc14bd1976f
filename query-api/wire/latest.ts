import * as t from 'io-ts';
import { type MetricName } from '../../domain/ids.js';
import { shownName } from '../parameters/metrics.js';
import { latestRecord } from '../queries/latest.js';
import { type DeviceView } from '../model/device-view.js';
import { described, named } from '../schema/described.js';
import { showTime, time } from './fields.js';
import { telemetryId, wireIdentity, WireRecord, wireValues } from './telemetry.js';

/** The last known value of every metric of one GPU. */
export const WireLatest = named(
  'LatestTelemetry',
  t.intersection([
    WireRecord,
    t.type({
      cluster_id: described(t.string, 'The cluster of the host.'),
      observed_at: described(t.record(t.string, time('When the metric’s last known value was observed.')), {
        description: 'By field name or DCGM name: when each value was observed.',
        example: { power_draw: '2025-07-18T20:42:34Z' },
      }),
    }),
  ]),
);

/** @param asked only these metrics */
export const wireLatest = (view: DeviceView, asked: ReadonlySet<MetricName> | undefined): unknown => {
  const latest = latestRecord(view, asked);
  const at = latest.at ?? view.lastSeen;
  return {
    telemetry_id: telemetryId({ ...view, at }),
    timestamp: showTime(at),
    ...wireIdentity(view),
    cluster_id: view.cluster,
    ...wireValues(latest.values, asked),
    observed_at: Object.fromEntries(
      [...latest.observedAt].map(([metric, observed]) => [shownName(metric), showTime(observed)]),
    ),
  };
};
