import { aheadBy, gatewayAhead, setGatewayAhead } from './gateway-clock.js';

/** An answer over HTTP, and since when the gateway says that its answers are old. */
export interface Answer<A> {
  readonly data: A;
  readonly oldSince: string | undefined;
}

/** The gateway answered, and not with what was asked for. */
export class Refused extends Error {
  /** @param oldSince since when the gateway says that its answers are old */
  constructor(
    message: string,
    readonly oldSince: string | undefined,
  ) {
    super(message);
  }
}

/** The gateway wants a token: the session that the page was opened with is over. */
export class SignedOut extends Error {}

/** Asks GraphQL over HTTP. Throws when there is no answer; Refused when there is none without an error, SignedOut on 401. */
export const ask = async <A>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer<A>> => {
  const asked = Date.now();
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  setGatewayAhead(aheadBy(gatewayAhead(), response.headers.get('date'), asked, Date.now()));
  if (response.status === 401) throw new SignedOut('signed out');
  const { data, errors } = (await response.json()) as { data?: A; errors?: readonly { readonly message: string }[] };
  const oldSince = response.headers.get('x-telemetry-old-since') ?? undefined;
  if (!data || errors)
    throw new Refused(errors?.[0]?.message ?? `the gateway answered ${String(response.status)}`, oldSince);
  return { data, oldSince };
};
