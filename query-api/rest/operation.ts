import type * as t from 'io-ts';
import { decodeParameters } from '../parameters/decode.js';
import { minRevision } from '../parameters/number.js';
import { type Parameters, type Refusal, refusal, type Values } from '../parameters/parameter.js';
import { type Clock } from '../queries/clock.js';
import { type Gateway } from '../queries/gateway.js';
import { type Fleet } from '../model/fleet.js';
import { PreparedBody } from '../http/prepared-body.js';
import { type Answer, enveloped } from '../wire/envelope.js';
import { badParameters } from '../http/problem.js';
import { type AnswerCache } from './answer-cache.js';
import { type Lasting } from './kept-answers.js';
import { assertPermitted } from './permitted.js';
import { waitFor, type WaitedFor } from './wait-for.js';

/** A request as it came: the parts of its path, decoded, and its query. */
export interface RawRequest {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The header of this name. */
  readonly authorization?: string | undefined;
  /** Reads the body. */
  readonly sent: () => Promise<string>;
  readonly signal: AbortSignal;
}

/** What a handler answers from: one state of the models and one moment. */
export interface Asked<P extends Parameters, Q extends Parameters> {
  /** Every part of the path is there. */
  readonly path: { readonly [K in keyof P]: NonNullable<Values<P>[K]> };
  readonly query: Values<Q>;
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

type Headers = Readonly<Record<string, string>>;

/** An answer and the revision of the models that it was given from. */
export interface Answered {
  readonly body: PreparedBody;
  readonly fleet: Fleet;
  /** Headers that the operation has beside those of all. */
  readonly headers: Headers;
  /** Where it is known how long it stays what it is. */
  readonly lasting?: Lasting;
}

/** One row of the API: how it is asked, checked, answered and documented. */
export interface Operation {
  readonly id: string;
  /** As in OpenAPI: `/api/v1/gpus/{uuid}`. */
  readonly path: string;
  /** What changes something is posted, needs the admin token and is answered with 202. */
  readonly method: 'get' | 'post';
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly pathParameters: Parameters;
  readonly queryParameters: Parameters;
  /** Of the whole body. */
  readonly body: t.Mixed;
  readonly run: (request: RawRequest) => Promise<Answered>;
}

export interface OperationSpec<P extends Parameters, Q extends Parameters> {
  readonly id: string;
  readonly path: string;
  readonly method?: 'get' | 'post';
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly pathParameters: P;
  readonly queryParameters: Q;
  readonly body: t.Mixed;
  /** Where answers are kept that follow from the models and the clock alone. */
  readonly cache?: AnswerCache;
  /** Nanoseconds that an answer is kept at most; as long as the models stay as they are by default. */
  readonly keptFor?: bigint;
  /** What is to be said beside the answer to a query. */
  readonly headers?: (query: Values<Q>) => Headers;
  readonly handle: (asked: Asked<P, Q>) => Promise<Answer> | Answer;
}

const common = { min_revision: minRevision };

/** What of a query the answer depends on once it has been waited for: clients raise `min_revision` all the time. */
const shownBy = (query: URLSearchParams): string => {
  const shown = new URLSearchParams(query);
  shown.delete('min_revision');
  return shown.toString();
};

/** What is chosen stands in the query; a body that chooses something else must not be passed over without a word. */
const bodyRefusals = (body: string, parameters: Parameters): readonly Refusal[] =>
  /^\s*(\{\s*\}\s*)?$/.test(body)
    ? []
    : [refusal('body', body, `none, or {}; in the address: ${Object.keys(parameters).sort().join(', ')}`)];

/** Checks the request, waits for the revision that it asks for, and lets the handler answer. */
export const operation = <P extends Parameters, Q extends Parameters>(
  gateway: Gateway,
  spec: OperationSpec<P, Q>,
): Operation => {
  const queryParameters = { ...spec.queryParameters, ...common };
  const run = async ({ path, query, authorization, sent, signal }: RawRequest): Promise<Answered> => {
    const changes = spec.method === 'post';
    if (changes) assertPermitted(gateway.permission(authorization));
    const unread = changes ? bodyRefusals(await sent(), queryParameters) : [];
    const [inPath, inQuery] = [
      decodeParameters(spec.pathParameters, new URLSearchParams(path)),
      decodeParameters(queryParameters, query),
    ];
    if (inPath.kind === 'refused' || inQuery.kind === 'refused' || unread.length > 0) {
      const all = [inPath, inQuery].flatMap((decoded) => (decoded.kind === 'refused' ? decoded.refusals : []));
      throw badParameters([...all, ...unread]);
    }
    await waitFor(gateway, inQuery.values as WaitedFor, signal);
    const fleet = gateway.fleet();
    const clock = gateway.clock();
    const headers = spec.headers?.(inQuery.values) ?? {};
    const address = JSON.stringify([spec.id, path, shownBy(query)]);
    const kept = spec.cache?.get(fleet, clock, address);
    if (kept) return { ...kept, fleet, headers };
    const asked = { path: inPath.values, query: inQuery.values, fleet, clock, signal };
    const body = new PreparedBody(JSON.stringify(enveloped(await spec.handle(asked as Asked<P, Q>))));
    spec.cache?.keep(fleet, clock, address, body, spec.keptFor);
    return { body, fleet, headers };
  };
  return { ...spec, method: spec.method ?? 'get', queryParameters, run };
};
