import assert from 'node:assert/strict';
import { Documents } from '../../query-api/graphql/documents.js';
import { graphqlSchema } from '../../query-api/graphql/schema.js';

describe('documents of GraphQL', () => {
  it('are parsed and validated once for each text, and a bounded number of them is kept', () => {
    const documents = new Documents(graphqlSchema());
    const one = documents.get('{ gpus { uuid } }');
    assert.ok('kind' in one);
    assert.equal(documents.get('{ gpus { uuid } }'), one, 'the very same document');
    const wrong = documents.get('{ gpus { nothing } }');
    assert.ok(Array.isArray(wrong));
    assert.equal(documents.get('{ gpus { nothing } }'), wrong, 'what is wrong is kept as well');
    for (let limit = 1; limit <= 1_100; limit++) documents.get(`{ gpus(limit: ${String(limit)}) { uuid } }`);
    assert.equal(documents.size, 1_000);
    assert.notEqual(documents.get('{ gpus { uuid } }'), one, 'what was not asked for longest makes room');
  });
});
