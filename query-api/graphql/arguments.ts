import { isLeft } from 'fp-ts/lib/Either.js';
import { GraphQLError } from 'graphql';
import { ArgsType, Field, Int } from 'type-graphql';
import { ProjectionName, projectionNames } from '../../domain/generation.js';
import { type HistoryQuery } from '../history/history-query.js';
import { type HistorySpan } from '../queries/history-span.js';
import { type Parameter, refusal, type Refusal } from '../parameters/parameter.js';
import { Problem } from '../http/problem.js';
import { historyWish, type TelemetryParameters } from '../rest/telemetry-parameters.js';

@ArgsType()
export class TelemetryArguments {
  @Field(() => String, { nullable: true, description: 'The earliest observation time, itself included. RFC 3339.' })
  startTime?: string | null;

  @Field(() => String, { nullable: true, description: 'The latest observation time, itself included. RFC 3339.' })
  endTime?: string | null;

  @Field(() => Int, { nullable: true, description: 'Records at most, 1 to 10000; 100 when not given.' })
  limit?: number | null;

  @Field(() => String, { nullable: true, description: 'asc (oldest first, the default) or desc.' })
  order?: string | null;

  @Field(() => [String], { nullable: true, description: 'Only these metrics, by our names or DCGM names.' })
  metrics?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Buckets of this length, such as 10s, instead of records.' })
  step?: string | null;

  @Field(() => String, { nullable: true, description: 'avg (the default), min, max or last. Needs `step`.' })
  agg?: string | null;
}

export const badInput = (refusals: readonly Refusal[]): GraphQLError =>
  new GraphQLError(refusals.map(({ detail }) => detail).join(' '), {
    extensions: { code: 'BAD_USER_INPUT', errors: refusals },
  });

/** An argument through the codec of the REST parameter of the same meaning. */
export const argument = <A>(
  name: string,
  parameter: Parameter<A>,
  given: string | number | null | undefined,
): A | undefined => {
  if (given === null || given === undefined) return undefined;
  const decoded = parameter.codec.decode(String(given));
  if (!isLeft(decoded)) return decoded.right;
  throw badInput([refusal(name, String(given), parameter.accepted)]);
};

/** The argument that names a projection. */
export const knownProjection = (name: string, given: string | null | undefined): ProjectionName | undefined => {
  if (given === null || given === undefined || ProjectionName.is(given)) return given ?? undefined;
  throw badInput([refusal(name, given, `one of ${projectionNames.join(', ')}`)]);
};

/** What arguments of the past are judged by. */
export interface HistoryAsked {
  readonly parameters: TelemetryParameters;
  readonly historySpan: HistorySpan;
}

/** What is asked of the past, but of whom and from where on. */
export const historyArguments = (
  { parameters, historySpan }: HistoryAsked,
  given: TelemetryArguments,
): Omit<HistoryQuery, 'cluster' | 'hostname' | 'uuid' | 'after'> => {
  try {
    const values = {
      start_time: argument('startTime', parameters.start_time, given.startTime),
      end_time: argument('endTime', parameters.end_time, given.endTime),
      limit: argument('limit', parameters.limit, given.limit),
      order: argument('order', parameters.order, given.order),
      metrics: argument('metrics', parameters.metrics, given.metrics?.join(',')),
      step: argument('step', parameters.step, given.step),
      agg: argument('agg', parameters.agg, given.agg),
      cursor: undefined,
    };
    return historyWish(values, historySpan, { start: 'startTime', end: 'endTime' });
  } catch (error) {
    if (error instanceof Problem) throw badInput(error.shape.errors ?? []);
    throw error;
  }
};
