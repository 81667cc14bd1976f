import { Field, Float } from 'type-graphql';
import { knownMetrics } from '../../../domain/metrics.js';
import { camel } from '../camel.js';

/** Gives an object type a field for every metric that has one, with its unit. */
export const withMetricFields = (prototype: object): void => {
  for (const { field, meaning, unit, metric } of knownMetrics)
    Field(() => Float, {
      nullable: true,
      description: `${meaning}, in ${unit} (${metric}). Null when it was not sampled at this time.`,
    })(prototype, camel(field));
};
