import fc from 'fast-check';
import { type MadeRequest } from './made-documents.js';

type Json = Readonly<Record<string, unknown>>;

/** The first message of a connection: until it is acknowledged, hardly anything is allowed. */
export const initial = '{"type":"connection_init"}';

/** The last message of a connection, and its answer to who is still connected. */
export const final = JSON.stringify({ id: 'last', type: 'subscribe', payload: { query: '{ telemetry { uuid } }' } });
export const finalAnswer = JSON.stringify({ id: 'last', type: 'complete' });

/** What the protocol knows, but from a server only. */
export const fromServerOnly: readonly string[] = [
  { type: 'connection_ack' },
  { id: '1', type: 'next', payload: { data: null } },
  { id: '1', type: 'error', payload: [{ message: 'x' }] },
].map((message) => JSON.stringify(message));

const ids = fc.nat({ max: 9 }).map(String);
const types = ['connection_init', 'connection_ack', 'subscribe', 'next', 'error', 'complete', 'ping', 'pong', 'start'];

const protocolMessage = (requests: fc.Arbitrary<MadeRequest>): fc.Arbitrary<Json> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ id: ids, type: fc.constant('subscribe'), payload: requests }),
    },
    { weight: 3, arbitrary: fc.record({ id: ids, type: fc.constant('complete') }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('ping', 'pong') }) },
  );

/** One that the protocol knows, with one thing of it wrong. */
const mangled = (messages: fc.Arbitrary<Json>): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .tuple(messages, fc.constantFrom('id', 'type', 'payload'), fc.anything())
      .map(([message, name, value]) => JSON.stringify({ ...message, [name]: value })),
    fc.tuple(messages, fc.constantFrom(...types)).map(([message, type]) => JSON.stringify({ ...message, type })),
    fc
      .tuple(messages, fc.constantFrom('query', 'variables', 'operationName', 'extensions'), fc.anything())
      .map(([message, name, value]) =>
        JSON.stringify({ ...message, payload: { ...(message['payload'] as Json | undefined), [name]: value } }),
      ),
    fc.tuple(messages, fc.nat({ max: 60 })).map(([message, end]) => JSON.stringify(message).slice(0, end)),
    fc.string({ unit: 'binary' }),
  );

/** What a client of graphql-transport-ws sends on one connection: mostly the protocol, now and then nearly it. */
export const transportMessages = (requests: fc.Arbitrary<MadeRequest>): fc.Arbitrary<readonly string[]> => {
  const known = protocolMessage(requests);
  const message = fc.oneof(
    { weight: 16, arbitrary: known.map((one) => JSON.stringify(one)) },
    { weight: 2, arbitrary: mangled(known) },
    { weight: 1, arbitrary: fc.constant(initial) },
  );
  const first = fc.oneof({ weight: 9, arbitrary: fc.constant([initial]) }, { weight: 1, arbitrary: fc.constant([]) });
  return fc
    .tuple(first, fc.array(message, { minLength: 1, maxLength: 9, size: 'max' }))
    .map(([begin, others]) => [...begin, ...others, final]);
};
