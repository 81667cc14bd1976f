import { execute, type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { nobodyThere } from '../http/client-gone.js';
import { withoutInternals } from './errors.js';
import { type RequestContext } from './request-context.js';

/** What is executed in a context of its own. */
export type InPieces = ExecutionArgs & { readonly contextValue: Pick<RequestContext, 'pieces'> };

/**
 * Executes an operation when its turn has come: to begin a large one takes a while, too, and several may come at once.
 * Nothing is executed for a client that is gone. What an error tells of inside is logged instead.
 */
export const executeInTurn = async (args: InPieces, log: (error: unknown) => void): Promise<ExecutionResult> => {
  const { pieces } = args.contextValue;
  try {
    await pieces.next();
  } catch {
    return { errors: [new GraphQLError(nobodyThere().message)] };
  }
  try {
    const result = await execute(args);
    // To write down a large one takes a while, too.
    await pieces.next().catch(() => undefined);
    return withoutInternals(result, log);
  } finally {
    pieces.end();
  }
};
