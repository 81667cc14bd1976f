import { type Context, type Middleware } from 'koa';
import { StoreFull, StoreSilent } from '../../domain/document-reader.js';
import { Problem, problemDocument, type ProblemShape } from '../http/problem.js';

const internal: ProblemShape = {
  code: 'internal',
  status: 500,
  title: 'The gateway failed',
  detail: 'The gateway met an error that it did not expect. It has been logged.',
};

const silent = (error: StoreSilent): ProblemShape => ({
  ...(error instanceof StoreFull
    ? { code: 'store-full', title: 'etcd is full' }
    : { code: 'store-silent', title: 'etcd does not answer' }),
  status: 503,
  detail: error.message,
  headers: { 'Retry-After': '2' },
});

const shapeOf = (error: unknown): ProblemShape | undefined => {
  if (error instanceof Problem) return error.shape;
  return error instanceof StoreSilent ? silent(error) : httpProblem(error);
};

const httpProblem = (error: unknown): ProblemShape | undefined => {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  if (error.status < 400 || error.status > 499) return undefined;
  return { code: 'bad-request', status: error.status, title: 'Not acceptable', detail: error.message };
};

const sendProblem = (ctx: Context, shape: ProblemShape): void => {
  ctx.status = shape.status;
  ctx.set('Cache-Control', 'no-store');
  for (const [name, value] of Object.entries(shape.headers ?? {})) ctx.set(name, value);
  ctx.body = JSON.stringify(problemDocument(shape));
  ctx.type = 'application/problem+json';
};

/**
 * The one place where errors become answers. What nobody expected is logged and told apart from bad requests; nothing
 * of it, no message and no stack, leaves the process.
 */
export const answerProblems =
  (log: (error: unknown, method: string, path: string) => void): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const shape = shapeOf(error);
      if (!shape) log(error, ctx.method, ctx.path);
      sendProblem(ctx, shape ?? internal);
    }
  };
