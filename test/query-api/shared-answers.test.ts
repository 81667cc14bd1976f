import assert from 'node:assert/strict';
import { SharedAnswers } from '../../query-api/graphql/shared-answers.js';

const size = 1_000;
/** An answer as long as that, about. */
const long = (asked: string) => () => ({ data: { [asked]: 'x'.repeat(size) } });
const made = () => assert.fail('it has been made');

describe('answers to events that are shared', () => {
  it('are made once for all who ask for the same of an event', () => {
    const [answers, event, other] = [new SharedAnswers(), {}, {}];
    const first = answers.answer(event, 'a', () => ({ data: { n: 1 } }));
    assert.equal(first.toString(), '{"data":{"n":1}}');
    assert.equal(answers.answer(event, 'a', made), first);
    assert.equal(answers.answer(other, 'a', () => ({ data: { n: 2 } })).toString(), '{"data":{"n":2}}');
    assert.equal(answers.answer(event, 'b', () => ({ data: { m: 1 } })).toString(), '{"data":{"m":1}}');
    assert.equal(answers.answer(event, 'a', made), first);
  });

  it('Q5: are bounded by their bytes, whoever holds their events, and the newest are kept', () => {
    const [answers, event] = [new SharedAnswers(10 * size), {}];
    const asked = Array.from({ length: 100 }, (_, n) => `a${String(n)}`);
    for (const each of asked) answers.answer(event, each, long(each));
    answers.answer(event, 'a99', made);
    answers.answer(event, 'a93', made);
    const again = answers.answer(event, 'a0', () => ({ data: { again: true } }));
    assert.equal(again.toString(), '{"data":{"again":true}}', 'it was held no longer');
  });
});
