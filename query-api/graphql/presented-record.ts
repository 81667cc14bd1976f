import { type ClusterId } from '../../domain/ids.js';
import { knownMetrics } from '../../domain/metrics.js';
import { type TelemetryRecord } from '../history/telemetry-record.js';
import { printLiveCursor } from '../live/live-cursor.js';
import { type LiveUpdate } from '../live/live-update.js';
import { showTime } from '../wire/fields.js';
import { otherMetrics, telemetryId } from '../wire/telemetry.js';
import { camel } from './camel.js';

/**
 * A record as GraphQL shows it. Each field is made when it is asked for: a level may hold a hundred thousand records of
 * which two fields are wanted.
 */
export class PresentedRecord {
  constructor(
    readonly record: TelemetryRecord,
    readonly bucketed: boolean,
  ) {}

  get telemetryId(): string | null {
    return this.bucketed ? null : telemetryId(this.record);
  }
}

const fields: Readonly<Record<string, (record: TelemetryRecord) => unknown>> = {
  timestamp: ({ at }) => showTime(at),
  gpuId: ({ index }) => index,
  uuid: ({ uuid }) => uuid,
  device: ({ device }) => device,
  modelName: ({ modelName }) => modelName,
  hostname: ({ hostname }) => hostname,
  metrics: ({ values }) => otherMetrics(values, undefined),
  ...Object.fromEntries(
    knownMetrics.map(({ field, metric }) => [
      camel(field),
      ({ values }: TelemetryRecord) => values.get(metric) ?? null,
    ]),
  ),
};

for (const [name, show] of Object.entries(fields))
  Object.defineProperty(PresentedRecord.prototype, name, {
    get(this: PresentedRecord) {
      return show(this.record);
    },
  });

/** A live update as GraphQL shows it. */
export class PresentedUpdate extends PresentedRecord {
  constructor(private readonly update: LiveUpdate) {
    super(update, false);
  }

  get clusterId(): ClusterId {
    return this.update.cluster;
  }

  get cursor(): string {
    return printLiveCursor(this.update.cursor);
  }
}
