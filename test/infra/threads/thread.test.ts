import assert from 'node:assert/strict';
import { Thread } from '../../../infra/threads/thread.js';

const program = new URL('./answering-thread.js', import.meta.url);

describe('a thread', () => {
  let thread: Thread | undefined;
  const failures: unknown[] = [];

  beforeEach(() => {
    failures.length = 0;
    thread = new Thread(program, (error) => failures.push(error));
    thread.setUp({ name: 'set up' });
  });
  afterEach(() => thread?.end());

  it('answers each request on a channel of its own, and moves buffers', async () => {
    const asked = [1, 2].map((request) => thread!.ask(request));
    const bytes = Uint8Array.of(1, 2, 3);
    asked[1]!.send('second');
    asked[0]!.send(bytes, [bytes.buffer]);
    assert.equal(bytes.length, 0);
    assert.deepEqual(await asked[0]!.next(), [{ name: 'set up' }, 1, Uint8Array.of(1, 2, 3)]);
    assert.deepEqual(await asked[1]!.next(), [{ name: 'set up' }, 2, 'second']);
    assert.equal(await asked[0]!.next(), undefined);
  });

  it('closes its channels when it fails, and when it is ended', async () => {
    const waiting = thread!.ask('wait');
    thread!.ask('fail');
    assert.equal(await waiting.next(), undefined);
    assert.match(String(failures[0]), /asked to fail/);
    const other = new Thread(program, (error) => failures.push(error));
    other.setUp(undefined);
    const unanswered = other.ask('wait');
    await other.end();
    assert.equal(await unanswered.next(), undefined);
    assert.equal(failures.length, 1);
    for (const one of [thread!, other]) assert.equal(await one.ask('wait').next(), undefined, 'asked when it was gone');
  });
});
