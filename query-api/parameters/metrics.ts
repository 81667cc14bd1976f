import { type MetricName } from '../../domain/ids.js';
import { knownMetric, knownMetrics, metricOfField } from '../../domain/metrics.js';
import { type Parameter } from './parameter.js';
import { textCodec } from './text-codec.js';

/** The metrics asked for, each once, by DCGM name. */
export type MetricSet = ReadonlySet<MetricName>;

/** NVIDIA's field identifiers all have this form (dcgm_fields.h). */
const dcgmName = /^DCGM_FI_[A-Z0-9_]{1,200}$/;

/**
 * The metric of one of our names or of a DCGM name; undefined for anything else.
 *
 * @param seen tells whether the data has a metric of this name, which need not be one of NVIDIA's
 */
export const metricOf = (name: string, seen: (name: string) => boolean): MetricName | undefined => {
  const known = metricOfField(name) ?? knownMetric(name);
  if (known) return known.metric;
  return dcgmName.test(name) || seen(name) ? (name as MetricName) : undefined;
};

const fields = knownMetrics.map((known) => known.field).join(', ');

export const metricNames = `${fields}, or a DCGM name such as DCGM_FI_DEV_GPU_UTIL`;

/** The name under which a metric is shown: the field of a known one, the DCGM name of any other. */
export const shownName = (metric: string): string => knownMetric(metric)?.field ?? metric;

/** The parameter `metrics`. */
export const metrics = (seen: (name: string) => boolean): Parameter<MetricSet> => ({
  codec: textCodec<MetricSet>(
    'Metrics',
    (text) => {
      const found = text.split(',').map((name) => metricOf(name.trim(), seen));
      return found.includes(undefined) ? undefined : new Set(found as MetricName[]);
    },
    (set) => [...set].map(shownName).join(','),
  ),
  description:
    'Only these metrics, separated by commas; by our names or by DCGM names. Records keep their identity fields, ' +
    'and a metric asked for that was not sampled at a record’s time is null.',
  accepted: `names separated by commas: ${metricNames}`,
  schema: { type: 'string', minLength: 1 },
  example: 'gpu_utilization,power_draw',
});
