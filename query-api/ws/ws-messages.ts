import * as t from 'io-ts';
import { isLeft } from 'fp-ts/lib/Either.js';
import { parseJson } from '../../domain/json-text.js';
import { type Cursor } from '../../domain/position.js';
import { readLiveCursor } from '../live/live-cursor.js';
import { type LiveFilter } from '../live/live-filter.js';
import { metrics } from '../parameters/metrics.js';
import { clusterId, gpuUuid, hostname } from '../parameters/names.js';
import { type Parameter } from '../parameters/parameter.js';

const Id = t.union([t.string, t.undefined, t.null]);
const Text = t.union([t.string, t.undefined, t.null]);

const Filters = t.partial({
  gpu_uuid: Text,
  hostname: Text,
  cluster_id: Text,
  metrics: t.union([t.array(t.string), t.undefined, t.null]),
});

const Subscribe = t.intersection([
  t.type({ type: t.literal('subscribe') }),
  t.partial({
    id: Id,
    topic: t.unknown,
    filters: t.union([Filters, t.null]),
    after: Text,
    snapshot: t.union([t.boolean, t.undefined, t.null]),
  }),
]);

/** What a client asks for, with everything checked. */
export type ClientMessage =
  | {
      readonly kind: 'subscribe';
      readonly id: string | undefined;
      readonly filter: LiveFilter;
      readonly after: Cursor | undefined;
      readonly snapshot: boolean;
    }
  | { readonly kind: 'unsubscribe'; readonly id: string | undefined }
  | { readonly kind: 'ping'; readonly id: string | undefined }
  | { readonly kind: 'refused'; readonly id: string | undefined; readonly code: string; readonly message: string };

const filterNames: ReadonlySet<string> = new Set(Object.keys(Filters.props));

const longestId = 128;

const idOf = (message: unknown): string | undefined => {
  const id = typeof message === 'object' && message !== null && 'id' in message ? message.id : undefined;
  return typeof id === 'string' && id.length <= longestId ? id : undefined;
};

/** Whether a message has an id that no answer can carry: without it, it would be taken as one about another subscription. */
const hasBadId = (message: object): boolean =>
  'id' in message && message.id !== undefined && message.id !== null && idOf(message) === undefined;

const badId = (): ClientMessage =>
  refused(undefined, 'bad_message', `id is a text of at most ${longestId} characters.`);

const refused = (id: string | undefined, code: string, message: string): ClientMessage => ({
  kind: 'refused',
  id,
  code,
  message,
});

class Refused extends Error {}

const through = <A>(name: string, parameter: Parameter<A>, given: string | null | undefined): A | undefined => {
  if (given === undefined || given === null) return undefined;
  const decoded = parameter.codec.decode(given);
  if (!isLeft(decoded)) return decoded.right;
  throw new Refused(`filters.${name} was ${JSON.stringify(given.slice(0, 200))}; accepted: ${parameter.accepted}.`);
};

const subscribe = (json: unknown, hasMetric: (name: string) => boolean): ClientMessage => {
  const id = idOf(json);
  const decoded = Subscribe.decode(json);
  const wrong =
    'subscribe takes id, topic "telemetry", filters {gpu_uuid, hostname, cluster_id, metrics}, after, snapshot.';
  if (isLeft(decoded)) return refused(id, 'bad_message', wrong);
  const { topic, filters, after: given, snapshot } = decoded.right;
  if (topic !== 'telemetry') return refused(id, 'unknown_topic', 'The only topic is "telemetry".');
  const stranger = Object.keys(filters ?? {}).find((name) => !filterNames.has(name));
  if (stranger !== undefined)
    return refused(
      id,
      'bad_filter',
      `filters.${stranger.slice(0, 100)} is none; accepted: ${[...filterNames].join(', ')}.`,
    );
  const after = typeof given === 'string' ? readLiveCursor(given) : undefined;
  if (typeof given === 'string' && !after)
    return refused(id, 'bad_cursor', 'after is the cursor of an update, unchanged.');
  try {
    const filter = {
      uuid: through('gpu_uuid', gpuUuid, filters?.gpu_uuid),
      hostname: through('hostname', hostname, filters?.hostname),
      cluster: through('cluster_id', clusterId, filters?.cluster_id),
      metrics: through('metrics', metrics(hasMetric), filters?.metrics?.join(',')),
    };
    return { kind: 'subscribe', id, filter, after, snapshot: snapshot ?? after === undefined };
  } catch (error) {
    if (error instanceof Refused) return refused(id, 'bad_filter', error.message);
    throw error;
  }
};

/** What a client's message asks for; any text at all gives an answer. */
export const readClientMessage = (text: string, hasMetric: (name: string) => boolean): ClientMessage => {
  const json = parseJson(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return refused(undefined, 'malformed', 'A message is a JSON object such as {"type":"ping"}.');
  if (hasBadId(json)) return badId();
  const id = idOf(json);
  const type = 'type' in json ? json.type : undefined;
  if (type === 'subscribe') return subscribe(json, hasMetric);
  if (type === 'unsubscribe' || type === 'ping') return { kind: type, id };
  return refused(id, 'unknown_type', 'type is one of subscribe, unsubscribe, ping.');
};
