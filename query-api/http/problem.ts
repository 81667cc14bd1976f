import { type Refusal } from '../parameters/parameter.js';

/** Why a request was not answered as asked; becomes a problem document (RFC 9457). */
export interface ProblemShape {
  /** The last part of the `type`, one for each kind of problem; stable. */
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly Refusal[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by whatever refuses a request, and turned into an answer in one place. */
export class Problem extends Error {
  constructor(readonly shape: ProblemShape) {
    super(shape.detail);
  }
}

export const badParameters = (refusals: readonly Refusal[]): Problem =>
  new Problem({
    code: 'bad-parameter',
    status: 400,
    title: 'A parameter is not acceptable',
    detail: refusals.map(({ detail }) => detail).join(' '),
    errors: refusals,
  });

export const tooLongASpan = (refusal: Refusal): Problem =>
  new Problem({
    code: 'too-long-a-span',
    status: 422,
    title: 'More of the past than is looked at for one answer',
    detail: refusal.detail,
    errors: [refusal],
  });

export const notFound = (what: string, id: string): Problem =>
  new Problem({
    code: 'not-found',
    status: 404,
    title: 'Not found',
    detail: `There is no ${what} ${JSON.stringify(id.slice(0, 200))}.`,
  });

export const notYet = (detail: string, retrySeconds: number): Problem =>
  new Problem({
    code: 'not-yet',
    status: 503,
    title: 'Not yet',
    detail,
    headers: { 'Retry-After': String(retrySeconds) },
  });

/** The body of `application/problem+json`. */
export const problemDocument = (shape: ProblemShape): unknown => ({
  success: false,
  code: shape.code,
  type: `urn:telemetry:problem:${shape.code}`,
  title: shape.title,
  status: shape.status,
  detail: shape.detail,
  errors: shape.errors ?? [],
});

export const cursorExpired = (): Problem =>
  new Problem({
    code: 'cursor_expired',
    status: 400,
    title: 'cursor_expired',
    detail: 'The cursor belongs to a log that has been recovered or replaced since. Begin again without it.',
  });
