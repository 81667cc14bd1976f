import assert from 'node:assert/strict';
import { parseInstant } from '../../domain/instant.js';
import { openAccess } from '../../query-api/gateway-options.js';
import { earliestStart } from '../../query-api/queries/history-span.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

const hour = 3_600_000_000_000n;
const at = (time: string) => parseInstant(`2025-07-18T${time}Z`)!;
const buckets = { step: 60_000_000_000n, aggregate: 'avg' } as const;
const limited = { most: hour, now: at('20:00:00') };

describe('how much of the past one answer is made of', () => {
  it('is any where nothing limits it, and of records, which their own limit ends', () => {
    assert.equal(
      earliestStart({ start: undefined, end: undefined, buckets }, { ...limited, most: undefined }),
      undefined,
    );
    assert.equal(earliestStart({ start: undefined, end: undefined, buckets: undefined }, limited), undefined);
  });

  it('is as long as the limit at most, up to the end that is asked for, or to now, which moves on while pages are walked over', () => {
    const end = at('12:00:00');
    assert.equal(earliestStart({ start: at('11:00:00'), end, buckets }, limited), undefined);
    assert.equal(earliestStart({ start: at('10:59:59'), end, buckets }, limited), at('11:00:00'));
    assert.equal(earliestStart({ start: at('18:55:00'), end: undefined, buckets }, limited), undefined);
    assert.equal(earliestStart({ start: at('18:54:59'), end: undefined, buckets }, limited), at('18:55:00'));
  });

  it('has to have a beginning', () => {
    assert.equal(earliestStart({ start: undefined, end: undefined, buckets }, limited), at('18:55:00'));
  });
});

describe('a gateway that looks at an hour of the past at most', () => {
  let world: World;
  let gateway: RunningGateway;
  beforeEach(async () => {
    world = new World();
    gateway = await startGateway(world, world.ports(), { ...openAccess, historySpan: hour });
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T11:30:00Z', value: 5 }]);
  });
  afterEach(() => gateway.stop());

  const end = 'end_time=2025-07-18T12:00:00Z';

  it('Q3: refuses a longer one with 422 and from when on it may be', async () => {
    for (const path of ['/api/v1/telemetry', '/api/v1/gpus/GPU-a/telemetry']) {
      const { status, body } = await gateway.get(`${path}?step=1m&start_time=2025-07-17T12:00:00Z&${end}`);
      assert.deepEqual([status, body['code']], [422, 'too-long-a-span']);
      assert.deepEqual(body['errors'], [
        {
          parameter: 'start_time',
          value: '2025-07-17T12:00:00Z',
          accepted: 'a time from 2025-07-18T11:00:00Z on, since step looks at 1h at most',
          detail:
            'start_time was "2025-07-17T12:00:00Z"; accepted: a time from 2025-07-18T11:00:00Z on, since step looks at 1h at most.',
        },
      ]);
      assert.equal((await gateway.get(`${path}?step=1m&${end}`)).status, 422);
    }
  });

  it('answers what is no longer, and records of whenever', async () => {
    const short = await gateway.get(`/api/v1/telemetry?step=1m&start_time=2025-07-18T11:00:00Z&${end}`);
    assert.deepEqual([short.status, short.body['count']], [200, 1]);
    assert.equal((await gateway.get('/api/v1/telemetry')).status, 200);
  });

  it('refuses it by GraphQL too, by the names that it has there', async () => {
    const query = '{ gpu(uuid: "GPU-a") { telemetry(step: "1m", endTime: "2025-07-18T12:00:00Z") { timestamp } } }';
    const { body } = await gateway.get('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const [error] = body['errors'] as { readonly message: string }[];
    assert.match(error!.message, /startTime was ""; accepted: a time from 2025-07-18T11:00:00Z on/);
  });
});
