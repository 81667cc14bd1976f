import assert from 'node:assert/strict';
import { execute, parse } from 'graphql';
import { RequestContext } from '../../query-api/graphql/request-context.js';
import { graphqlSchema } from '../../query-api/graphql/schema.js';
import { nobodyThere } from '../../query-api/http/client-gone.js';
import { type Gateway } from '../../query-api/queries/gateway.js';
import { never } from '../support/never.js';
import { busyFor } from './support/busy-for.js';

const refused = (): never => assert.fail('the fleet was looked through');

/** Of whose fleet nothing may be looked at. */
const gateway = {
  fleet: () => ({
    get devices() {
      return refused();
    },
    get health() {
      return refused();
    },
  }),
  clock: () => ({}),
  historySpan: () => ({}),
} as unknown as Gateway;

describe('what one GraphQL request asks of the whole fleet by many names', () => {
  it('is looked for name by name, and others have their turn in between', async () => {
    const context = new RequestContext(gateway, never);
    const order: string[] = [];
    let over = false;
    const other = (): void => {
      order.push('other');
      if (!over) setImmediate(other);
    };
    setImmediate(other);
    const looks = ['a', 'b', 'c'].map(async (name) => {
      await context.slices.next();
      order.push(name);
      busyFor(6);
    });
    await Promise.all(looks);
    over = true;
    const without = order.filter((name, n) => name !== 'other' || order[n - 1] !== 'other');
    assert.deepEqual(without, ['other', 'a', 'other', 'b', 'other', 'c']);
  });

  it('is looked for no more when the client is gone', async () => {
    const contextValue = new RequestContext(gateway, AbortSignal.abort(nobodyThere()));
    const document = parse('{ healthEvents { uuid } }');
    const { errors = [] } = await execute({ schema: graphqlSchema(), document, contextValue });
    assert.deepEqual(
      errors.map(({ message }) => message),
      ['Nobody is there any more to be answered.'],
    );
  });
});
