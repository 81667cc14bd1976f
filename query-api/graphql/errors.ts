import { GraphQLError, type ExecutionResult } from 'graphql';
import { StoreFull, StoreSilent } from '../../domain/document-reader.js';
import { Problem } from '../http/problem.js';
import { isTooMuch } from './budget.js';

const said = (error: GraphQLError, log: (error: unknown) => void): GraphQLError => {
  const cause = error.originalError;
  if (cause === undefined || cause === null || cause instanceof GraphQLError || cause instanceof Problem) return error;
  const { nodes, positions, path, source } = error;
  const silent = cause instanceof StoreSilent;
  if (!silent) log(cause);
  const message = silent
    ? `${cause instanceof StoreFull ? 'etcd is full' : 'etcd does not answer'}. ${cause.message}`
    : 'The gateway met an error that it did not expect. It has been logged.';
  const code = cause instanceof StoreFull ? 'STORE_FULL' : silent ? 'STORE_SILENT' : 'INTERNAL';
  return new GraphQLError(message, {
    ...{ nodes: nodes ?? null, positions: positions ?? null, path: path ?? null, source: source ?? null },
    extensions: { code },
  });
};

/** Errors of one result that are told at most: a list of thousands may fail at each item. */
const mostErrors = 20;

/**
 * A result whose unexpected errors tell nothing of inside; they are logged instead. What was gathered of an answer that
 * would hold too much is left out: it is refused as a whole.
 */
export const withoutInternals = (result: ExecutionResult, log: (error: unknown) => void): ExecutionResult => {
  const { errors } = result;
  if (!errors) return result;
  if (isTooMuch(result)) return { errors: errors.slice(0, 1) };
  return { ...result, errors: [...new Set(errors)].slice(0, mostErrors).map((error) => said(error, log)) };
};
