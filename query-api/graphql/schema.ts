import 'reflect-metadata';
import { type GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { presentUpdate } from './present.js';
import { ClusterResolver } from './resolvers/cluster.resolver.js';
import { DeadLetterResolver } from './resolvers/dead-letter.resolver.js';
import { GpuResolver } from './resolvers/gpu.resolver.js';
import { HealthResolver } from './resolvers/health.resolver.js';
import { HostResolver } from './resolvers/host.resolver.js';
import { PipelineResolver } from './resolvers/pipeline.resolver.js';
import { ProjectionResolver } from './resolvers/projection.resolver.js';
import { SubscriptionResolver } from './resolvers/subscription.resolver.js';
import { TelemetryResolver } from './resolvers/telemetry.resolver.js';

/** Every subscription has a source of its own; type-graphql wants a channel nevertheless. */
const unused = {
  publish: (): void => {
    throw new Error('nothing is published by name');
  },
  subscribe: (): AsyncIterable<unknown> => {
    throw new Error('nothing is subscribed to by name');
  },
};

/**
 * Live telemetry is presented at once, as its resolver does: type-graphql awaits the arguments of a subscription again
 * at each event, and thousands of subscribers would each wait for a promise.
 */
const presentedAtOnce = (schema: GraphQLSchema): GraphQLSchema => {
  schema.getSubscriptionType()!.getFields()['telemetry']!.resolve = presentUpdate;
  return schema;
};

const builtSchema = (): GraphQLSchema =>
  buildSchemaSync({
    resolvers: [
      ClusterResolver,
      HostResolver,
      GpuResolver,
      TelemetryResolver,
      HealthResolver,
      ProjectionResolver,
      DeadLetterResolver,
      PipelineResolver,
      SubscriptionResolver,
    ],
    pubSub: unused,
    validate: false,
  });

/** The GraphQL schema, made from the resolvers. Arguments are checked by the codecs of the REST parameters. */
export const graphqlSchema = (): GraphQLSchema => presentedAtOnce(builtSchema());
