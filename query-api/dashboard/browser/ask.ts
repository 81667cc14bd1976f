/** An answer over HTTP, and since when the gateway says that its answers are old. */
export interface Answer<A> {
  readonly data: A;
  readonly oldSince: string | undefined;
}

/** The gateway wants a token: the session that the page was opened with is over. */
export class SignedOut extends Error {}

/** Asks GraphQL over HTTP. Throws when there is no answer, or none without an error; SignedOut on 401. */
export const ask = async <A>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer<A>> => {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  if (response.status === 401) throw new SignedOut('signed out');
  const { data, errors } = (await response.json()) as { data?: A; errors?: readonly { readonly message: string }[] };
  if (!data || errors) throw new Error(errors?.[0]?.message ?? `the gateway answered ${String(response.status)}`);
  return { data, oldSince: response.headers.get('x-telemetry-old-since') ?? undefined };
};
