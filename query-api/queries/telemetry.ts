import { type HistoryQuery } from '../history/history-query.js';
import { type TelemetryRecord } from '../history/telemetry-record.js';
import { type Fleet } from '../model/fleet.js';
import { digestOf } from './page-cursor.js';
import { type Gateway } from './gateway.js';

/** A page of the past. */
export interface RecordPage {
  readonly items: readonly TelemetryRecord[];
  /** The last record shown, when more follow it. */
  readonly last: TelemetryRecord | undefined;
}

/** Records when no limit is given. */
export const usualRecords = 100;

export const telemetryPage = async (
  gateway: Gateway,
  fleet: Fleet,
  query: HistoryQuery,
  signal: AbortSignal,
): Promise<RecordPage> => {
  const { records, more } = await gateway.history.records(fleet, query, signal);
  return { items: records, last: more ? records.at(-1) : undefined };
};

/** What a walk over the pages of this query is known by: everything but its limit and where it stands. */
export const digestOfHistory = (query: HistoryQuery): string =>
  digestOf({
    list: 'telemetry',
    cluster: query.cluster,
    hostname: query.hostname,
    uuid: query.uuid,
    start: query.start === undefined ? undefined : String(query.start),
    end: query.end === undefined ? undefined : String(query.end),
    metrics: query.metrics && [...query.metrics].sort().join(','),
    order: query.order,
    step: query.buckets && String(query.buckets.step),
    aggregate: query.buckets?.aggregate,
  });
