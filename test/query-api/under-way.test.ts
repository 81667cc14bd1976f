import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import Koa from 'koa';
import { type Revision } from '../../domain/revision.js';
import { Documents } from '../../query-api/graphql/documents.js';
import { graphqlOverHttp } from '../../query-api/graphql/http-handler.js';
import { graphqlSchema } from '../../query-api/graphql/schema.js';
import { UnderWay } from '../../query-api/graphql/under-way.js';
import { buildFleet } from '../../query-api/model/build-fleet.js';
import { type Fleet } from '../../query-api/model/fleet.js';
import { type ClusterView, type HostView } from '../../query-api/model/host-view.js';
import { type Gateway } from '../../query-api/queries/gateway.js';
import { AnswerCache } from '../../query-api/rest/answer-cache.js';
import { at } from './support/made-rows.js';
import { startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

const post = (query: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query }),
});

/** More than are shown at once. */
const many = Array.from({ length: 400 }, (_, g) => ({
  ...{ uuid: `GPU-${String(g)}`, host: `h${String(g >> 3)}`, index: String(g & 7) },
  at: '2025-07-18T20:42:34Z',
}));

const seen = at('2025-01-01T00:00:00Z');
const hostView = (hostname: string): HostView =>
  ({ cluster: 'c1', hostname, lastSeen: seen, lastMinute: new Map() }) as unknown as HostView;

const hosts = Array.from({ length: 200 }, (_, n) => hostView(`h${String(n)}`));
const clock = { now: seen, staleAfter: 1n, missingAfter: 2n };

/** GraphQL over the hosts, which counts how often one of them is looked at. Ask, and leave before the answer comes. */
const counting = (
  reached: () => Promise<boolean> = () => Promise.resolve(true),
  onLook: () => void = () => undefined,
) => {
  const cluster = { cluster: 'c1', watermark: seen, watermarkAppended: seen, minutes: () => [] };
  const clusters = [cluster as unknown as ClusterView];
  const models = buildFleet({ revision: 7n as Revision, devices: [], hosts, clusters, health: undefined });
  let looks = 0;
  const devicesOf: Fleet['devicesOf'] = () => {
    looks++;
    onLook();
    return [];
  };
  const fleet = { ...models, devicesOf };
  const asked = { fleet: () => fleet, clock: () => clock, historySpan: () => ({}) };
  const schema = graphqlSchema();
  const graphql = graphqlOverHttp(
    schema,
    new Documents(schema),
    { ...asked, reached } as unknown as Gateway,
    new AnswerCache(),
    (error) => assert.fail(String(error)),
  );
  const app = new Koa();
  const ask = () => {
    const request = Object.assign(new IncomingMessage(new Socket()), {
      ...{ method: 'GET', url: `/graphql?query=${encodeURIComponent('{ hosts { hostname } }')}` },
    });
    const ctx = app.createContext(request, new ServerResponse(request));
    const answer = Promise.resolve(graphql(ctx, () => Promise.resolve())).then(() => String(ctx.body));
    return { answer, leave: () => void ctx.res.emit('close') };
  };
  return {
    ask,
    askAll: (count: number) => Promise.all(Array.from({ length: count }, () => ask().answer)),
    looks: () => looks,
  };
};

describe('answers of GraphQL that are being made', () => {
  it('are waited for by who asks the same of the same state of the models, and by nobody else', async () => {
    const [underWay, fleet, other] = [new UnderWay(), {} as Fleet, {} as Fleet];
    const end = underWay.begin(fleet, 'asked');
    const waiting = underWay.of(fleet, 'asked');
    assert.deepEqual([underWay.of(other, 'asked'), underWay.of(fleet, 'something else')], [undefined, undefined]);
    end();
    await waiting;
    assert.equal(underWay.of(fleet, 'asked'), undefined);
  });

  it('are waited for that were begun last, when one that was begun before ends', async () => {
    const [underWay, fleet] = [new UnderWay(), {} as Fleet];
    const [endFirst, endSecond] = [underWay.begin(fleet, 'asked'), underWay.begin(fleet, 'asked')];
    endFirst();
    const waiting = underWay.of(fleet, 'asked');
    assert.ok(waiting);
    endSecond();
    await waiting;
  });

  it('are made once for all who ask at the same time', async () => {
    const { askAll, looks } = counting();
    const answers = await askAll(8);
    assert.equal(new Set(answers).size, 1);
    assert.match(answers[0]!, /"h199"/);
    assert.equal(looks(), hosts.length);
  });

  it('are made once for all who wait for the same revision', async () => {
    let reach = (): void => undefined;
    const reached = new Promise<boolean>((resolve) => (reach = () => resolve(true)));
    const { askAll, looks } = counting(() => reached);
    const answers = askAll(8);
    reach();
    assert.equal(new Set(await answers).size, 1);
    assert.equal(looks(), hosts.length);
  });

  it('are made once more, and not by each who waits, when who asked first is gone', async () => {
    const { ask, askAll, looks } = counting(undefined, () => {
      if (looks() === 10) first.leave();
    });
    const first = ask();
    assert.equal(new Set(await askAll(8)).size, 1);
    assert.equal(looks(), 2 * hosts.length);
    assert.match(await first.answer, /Nobody is there/);
  });

  it('are made by the next who asks when who asked first is gone', async () => {
    const world = new World();
    world.append(many);
    const gateway = await startGateway(world);
    const query = post('{ gpus { uuid metrics { name } } }');
    const gone = new AbortController();
    const first = fetch(`${gateway.origin}/graphql`, { ...query, signal: gone.signal });
    const others = Array.from({ length: 4 }, () => gateway.get('/graphql', query));
    gone.abort();
    await assert.rejects(first);
    for (const { status, body } of await Promise.all(others)) {
      assert.deepEqual([status, body['errors']], [200, undefined]);
      assert.equal((body['data'] as { gpus: unknown[] }).gpus.length, many.length);
    }
    await gateway.stop();
  });

  it('of more than the models are made for each, who do not wait for each other', async () => {
    const [world, askers] = [new World(), 8];
    world.append(many);
    const ports = world.ports();
    let asked = 0;
    let allHaveAsked = (): void => undefined;
    const all = new Promise<void>((resolve) => (allHaveAsked = resolve));
    const gateway = await startGateway(world, {
      ...ports,
      pipeline: async (signal) => {
        if (++asked === askers) allHaveAsked();
        await all;
        return ports.pipeline(signal);
      },
    });
    const query = post('{ gpus { uuid } pipeline { deadLetters } }');
    const answers = await Promise.all(Array.from({ length: askers }, () => gateway.get('/graphql', query)));
    assert.deepEqual([asked, new Set(answers.map(({ status }) => status))], [askers, new Set([200])]);
    await gateway.stop();
  });
});
