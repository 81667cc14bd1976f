const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const cookie = (description: string) => ({
  'Set-Cookie': { description, schema: { type: 'string' } },
});

/** What both can be answered with. */
const refusals = {
  '404': problem('The gateway has no read token, so there are no sessions.'),
  '421': problem('The gateway is not asked by this name: see --allowed-host.'),
  '429': {
    ...problem('More requests than one client may send; ask again later.'),
    headers: { 'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer' } } },
  },
};

/** How browsers sign in, as OpenAPI describes it. */
export const describeSession = {
  '/session': {
    post: {
      operationId: 'openSession',
      tags: ['Sessions'],
      security: [{ readToken: [] }],
      summary: 'Let a browser read without the token',
      description:
        'For the pages of the gateway. The cookie `telemetry_session` only reads, lasts twelve hours, and ends with the ' +
        'token that it was given for; no script can read it, and no other site send it.',
      responses: {
        '204': { description: 'The cookie is set', headers: cookie('The session.') },
        '401': {
          ...problem('No token was sent, or another; a session opens no other.'),
          headers: { 'WWW-Authenticate': { description: 'How to authenticate.', schema: { type: 'string' } } },
        },
        ...refusals,
      },
    },
    delete: {
      operationId: 'closeSession',
      tags: ['Sessions'],
      security: [],
      summary: 'Have a browser forget its session',
      responses: {
        '204': { description: 'The cookie is gone', headers: cookie('An empty one that is over.') },
        ...refusals,
      },
    },
  },
};
