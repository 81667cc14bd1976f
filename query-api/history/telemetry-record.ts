import { type MetricName } from '../../domain/ids.js';
import { type RecordKey } from './record-order.js';

/**
 * One device at one observation time, or one device over one bucket of time, which is labelled by its start.
 * A metric that was not sampled then is absent (promise P4).
 */
export interface TelemetryRecord extends RecordKey {
  readonly device: string;
  readonly modelName: string;
  readonly values: ReadonlyMap<MetricName, number>;
}
