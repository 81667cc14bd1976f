import { execute, type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { nobodyThere } from '../http/client-gone.js';
import { withoutInternals } from './errors.js';
import { type RequestContext } from './request-context.js';

/** What is executed in a context of its own. */
export type InSlices = ExecutionArgs & { readonly contextValue: Pick<RequestContext, 'slices'> };

/**
 * Executes an operation in the slices of its context, which are over with it. Nothing is executed for a client that is
 * gone. What an error tells of inside is logged instead.
 */
export const executeInSlices = async (args: InSlices, log: (error: unknown) => void): Promise<ExecutionResult> => {
  const { slices } = args.contextValue;
  if (slices.signal.aborted) return { errors: [new GraphQLError(nobodyThere().message)] };
  try {
    const result = await execute(args);
    // To write it down takes a while, too.
    if (slices.isLong) await slices.next().catch(() => undefined);
    return withoutInternals(result, log);
  } finally {
    slices.end();
  }
};
