import assert from 'node:assert/strict';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Context } from 'koa';
import { type Fleet } from '../../query-api/model/fleet.js';
import { RepeatedAnswers, type AnswerGrounds } from '../../query-api/rest/repeated-answers.js';
import { at } from './support/made-rows.js';

const now = at('2026-01-01T12:00:00Z');
const clock = () => ({ now, staleAfter: 1n, missingAfter: 2n });
const lasting = { from: now, until: undefined };

const request = (headers: Readonly<Record<string, string>> = {}) =>
  ({ method: 'GET', url: '/api/v1/gpus', headers: { host: 'h', ...headers } }) as unknown as IncomingMessage;

const setup = (more: Partial<AnswerGrounds> = {}) => {
  const fleet = {} as Fleet;
  const sent: string[] = [];
  const repeated = new RepeatedAnswers({
    ...{ isUsual: () => true, fleet: () => fleet, clock, mayRead: () => true, isWithinRate: () => true },
    ...{ count: () => undefined, ...more },
  });
  const response = { writeHead: () => undefined, end: (body: Buffer) => void sent.push(String(body)) };
  const isGivenTo = (asked: IncomingMessage, sent?: string): boolean =>
    repeated.answer(asked, response as unknown as ServerResponse, sent);
  const keep = async (
    asked: IncomingMessage,
    body: Buffer,
    next: () => void = () => undefined,
    sent?: string,
  ): Promise<void> => {
    const res = { getHeaders: () => ({ 'content-type': 'application/json' }) };
    const state = { lasting, fleet, ...(sent === undefined ? {} : { sent }) };
    const ctx = { req: asked, res, state, status: 200, body, _matchedRoute: '/gpus' } as unknown as Context;
    await repeated.keep(ctx, () => Promise.resolve(next()));
  };
  return { sent, isGivenTo, keep, wantsBody: repeated.wantsBody.bind(repeated) };
};

describe('answers that are given again', () => {
  it('are given to who asks the same', async () => {
    const { sent, isGivenTo, keep } = setup();
    assert.equal(isGivenTo(request()), false);
    await keep(request(), Buffer.from('one'));
    assert.equal(isGivenTo(request()), true);
    assert.deepEqual(sent, ['one']);
    assert.equal(isGivenTo(request({ origin: 'https://other' })), false);
  });

  it('are not mixed up, whatever stands in the headers that tell them apart', async () => {
    const { isGivenTo, keep } = setup();
    await keep(request({ 'accept-encoding': 'gzip,', origin: 'br https://own' }), Buffer.from('for another page'));
    assert.equal(isGivenTo(request({ 'accept-encoding': 'gzip, br', origin: 'https://own' })), false);
  });

  it('are not given to who sends nothing in a header to who leaves it out: of no name, and of none at all', async () => {
    const [nameless, { isGivenTo, keep }] = [request(), setup()];
    delete nameless.headers.host;
    await keep(nameless, Buffer.from('without a name'));
    assert.equal(isGivenTo(request({ host: '' })), false);
    assert.equal(isGivenTo(nameless), true);
  });

  it('go by the body where one is asked with, which nobody is waited for who may not read', async () => {
    const post = { ...request({ 'content-type': 'application/json' }), method: 'POST' } as IncomingMessage;
    const { sent, isGivenTo, keep, wantsBody } = setup();
    await keep(post, Buffer.from('of two lines'), undefined, 'two\nlines');
    assert.deepEqual([isGivenTo(post, 'two\nlines'), isGivenTo(post, 'lines'), isGivenTo(post)], [true, false, false]);
    assert.deepEqual(sent, ['of two lines']);
    assert.deepEqual([wantsBody(post), wantsBody(request())], [true, false]);
    assert.equal(setup({ mayRead: () => false }).wantsBody(post), false);
    assert.equal(setup({ isUsual: () => false }).wantsBody(post), false);
  });

  it('Q1: are not kept when they were asked for while something was amiss, as they say so', async () => {
    let isUsual = false;
    const { isGivenTo, keep } = setup({ isUsual: () => isUsual });
    await keep(request(), Buffer.from('old'), () => (isUsual = true));
    assert.equal(isGivenTo(request()), false);
    await keep(request(), Buffer.from('old'), () => (isUsual = false));
    isUsual = true;
    assert.equal(isGivenTo(request()), false);
  });

  it('cost nothing but the look at a token for who may not read', () => {
    const fleet = () => assert.fail('the state of the models was made for somebody who is refused');
    assert.equal(setup({ fleet, mayRead: () => false }).isGivenTo(request()), false);
  });

  it('are bounded by their bytes', async () => {
    const { isGivenTo, keep } = setup();
    const half = Buffer.alloc(33 << 20);
    await keep(request({ origin: 'a' }), half);
    await keep(request({ origin: 'b' }), half);
    assert.deepEqual([isGivenTo(request({ origin: 'a' })), isGivenTo(request({ origin: 'b' }))], [false, true]);
    await keep(request({ origin: 'b' }), Buffer.from('smaller'));
    await keep(request({ origin: 'a' }), half);
    assert.deepEqual([isGivenTo(request({ origin: 'a' })), isGivenTo(request({ origin: 'b' }))], [true, true]);
  });
});
