import assert from 'node:assert/strict';
import { once } from 'node:events';
import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo } from 'node:net';
import { type Etcd3 } from 'etcd3';
import { createClient } from '../../infra/etcd/client.js';
import { lineTo, TransactionLine } from '../../infra/etcd/line/transaction-line.js';
import { type Transaction } from '../../infra/etcd/transaction.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { portOf, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

const hastyMs = 500;

describe('the line for transactions', () => {
  const etcd = etcdForSuite();
  let client: Etcd3;
  let proxy: TcpProxy;
  let line: TransactionLine;
  let at: string;
  beforeEach(async () => {
    client = createClient({ endpoints: etcd().endpoints });
    proxy = await startTcpProxy(portOf(etcd().endpoint));
    line = patient();
    at = freshPrefix();
  });
  afterEach(async () => {
    line.close();
    client.close();
    await proxy.close();
  });

  /** One that leaves nothing unknown because nobody ran this process, or etcd, for a while. */
  const patient = (): TransactionLine => new TransactionLine([proxy.endpoint], 60_000);
  /** One that gives up while replies are held. */
  const hasty = (): TransactionLine => new TransactionLine([proxy.endpoint], hastyMs);
  const putOnce = (key: string, value: Buffer | string = key): Transaction => ({
    compares: [{ kind: 'absent', key: `${at}${key}` }],
    operations: [{ kind: 'put', key: `${at}${key}`, value: Buffer.from(value) }],
    elseGet: [`${at}${key}`, `${at}nothing`],
  });
  const stored = (key: string): Promise<string | null> => client.get(`${at}${key}`).string();
  let tries = 0;
  /** The answer over a line, which is opened for it; keys are new ones until it is. */
  const opened = async (one = line): Promise<void> => {
    await eventually('the line is open', async () => {
      one.open();
      const answer = await one.send(putOnce(`open ${String(tries++)}`));
      return answer?.kind === 'done';
    });
  };

  /** Does `work` with an open line to a server that answers its calls by `answer`. */
  const withServer = async <T>(
    answer: (stream: ServerHttp2Stream) => void,
    work: (line: TransactionLine, sessions: readonly ServerHttp2Session[]) => Promise<T>,
  ): Promise<T> => {
    const server = createServer();
    const sessions: ServerHttp2Session[] = [];
    server.on('session', (session) => sessions.push(session));
    server.on('stream', answer);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const toServer = new TransactionLine([`http://127.0.0.1:${String(port)}`], 5_000);
    try {
      toServer.open();
      return await work(toServer, sessions);
    } finally {
      toServer.close();
      for (const session of sessions) session.destroy();
      server.close();
    }
  };

  /** The answer to a transaction, which is sent as soon as the line is open. */
  const firstAnswer = async (toServer: TransactionLine) => {
    let answer: ReturnType<TransactionLine['send']>;
    await eventually('the line is open', () => (answer = toServer.send(putOnce('a'))) !== undefined);
    return await answer;
  };

  const answerBy = (
    stream: ServerHttp2Stream,
    trailers: Readonly<Record<string, string>>,
    body: Buffer | undefined,
  ): void => {
    const head = { ':status': 200, 'content-type': 'application/grpc' };
    if (body === undefined) return stream.respond({ ...head, ...trailers }, { endStream: true });
    stream.respond(head, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end(body);
  };

  /** What the line makes of an answer: its trailers, behind a body if there is one. */
  const answeredBy = (trailers: Readonly<Record<string, string>>, body: Buffer | undefined) =>
    withServer((stream) => answerBy(stream, trailers, body), firstAnswer);

  const framed = (message: Buffer, length = message.length, compressed = 0): Buffer => {
    const prefix = Buffer.alloc(5);
    prefix.writeUInt8(compressed);
    prefix.writeUInt32BE(length, 1);
    return Buffer.concat([prefix, message]);
  };
  const revisionAlone = Buffer.from([0x0a, 2, 0x18, 7]);
  const done = Buffer.concat([revisionAlone, Buffer.from([0x10, 1])]);

  it('takes nothing before it is open, then answers as the client does', async () => {
    assert.equal(line.send(putOnce('a')), undefined);
    await opened();
    const done = await line.send(putOnce('a'));
    assert(done?.kind === 'done');
    const refused = await line.send(putOnce('a', 'other'));
    assert(refused?.kind === 'refused');
    const [mine, nothing] = refused.found;
    assert.deepEqual([mine?.value.toString(), mine?.created, nothing], ['a', done.revision, undefined]);
    assert.equal(await stored('a'), 'a');
  });

  it('L8: is not open to a member that takes connections and says nothing, and turns to the next', async () => {
    const silent = await startTcpProxy(portOf(etcd().endpoint));
    silent.freeze();
    const toBoth = new TransactionLine([silent.endpoint, proxy.endpoint], hastyMs);
    try {
      await opened(toBoth);
    } finally {
      toBoth.close();
      await silent.close();
    }
  });

  it('L7: carries as much as a transaction may', async () => {
    await opened();
    const value = Buffer.alloc(1_400_000, 7);
    assert.equal((await line.send(putOnce('large', value)))?.kind, 'done');
    const refused = await line.send(putOnce('large', value));
    assert(refused?.kind === 'refused');
    assert.deepEqual(refused.found[0]?.value, value);
  });

  it('L7: answers are taken while many as large as may be wait to be sent', async () => {
    await opened();
    // Without replies no more than a window of bytes is sent.
    proxy.holdReplies();
    const first = line.send(putOnce('small'));
    await eventually('etcd has applied it', async () => (await stored('small')) === 'small');
    const value = Buffer.alloc(1_400_000, 7);
    const large = Array.from({ length: 16 }, async (_, n) => line.send(putOnce(`large ${String(n)}`, value)));
    proxy.pass();
    const answers = await Promise.all([first, ...large]);
    assert.deepEqual(
      answers.map((answer) => answer?.kind),
      answers.map(() => 'done'),
    );
  });

  it('several that are under way at a time are each given their own answer', async () => {
    await opened();
    const names = Array.from({ length: 20 }, (_, n) => `many ${String(n)}`);
    const answers = await Promise.all(names.map(async (name) => line.send(putOnce(name))));
    assert.ok(answers.every((answer) => answer?.kind === 'done'));
    const again = await Promise.all(names.map(async (name) => line.send(putOnce(name))));
    assert.deepEqual(
      again.map((answer) => answer?.kind === 'refused' && answer.found[0]?.value.toString()),
      names,
    );
  });

  it('L3: a connection that ends leaves it unknown and the line closed', async () => {
    await opened();
    proxy.holdReplies();
    const lost = line.send(putOnce('lost'));
    await eventually('etcd has applied it', async () => (await stored('lost')) === 'lost');
    proxy.cut();
    const ended = await lost;
    assert(ended?.kind === 'unknown');
    assert.equal(ended.failure.kind, 'unreachable');
    assert.equal(line.send(putOnce('after')), undefined);
    proxy.pass();
    await opened();
  });

  it('L3: a connection that is silent past the deadline leaves it unknown and the line closed', async () => {
    const impatient = hasty();
    try {
      await opened(impatient);
      proxy.holdReplies();
      const late = await impatient.send(putOnce('late'));
      assert(late?.kind === 'unknown');
      assert.equal(late.failure.kind, 'slow');
      assert.equal(impatient.send(putOnce('after')), undefined);
      await eventually('etcd has applied it', async () => (await stored('late')) === 'late');
    } finally {
      impatient.close();
    }
  });

  it('L3: all that are under way when the connection is silent are unknown, and slow', async () => {
    const impatient = hasty();
    try {
      await opened(impatient);
      proxy.holdReplies();
      const names = ['silent 1', 'silent 2', 'silent 3'];
      const answers = await Promise.all(names.map(async (name) => impatient.send(putOnce(name))));
      const told = answers.map((answer) => answer?.kind === 'unknown' && answer.failure);
      assert.deepEqual(told, Array(3).fill({ kind: 'slow', message: `no answer within ${String(hastyMs)} ms` }));
    } finally {
      impatient.close();
    }
  });

  it('what etcd refuses to take is unknown with what it said, and the line closed: the client tells what it means', async () => {
    await opened();
    const key = `${at}a`;
    const answer = await line.send({
      compares: [],
      operations: [
        { kind: 'delete-range', range: { start: at, end: `${at}z` } },
        { kind: 'put', key, value: Buffer.from('twice') },
        { kind: 'put', key: '', value: Buffer.from('no key') },
      ],
    });
    assert(answer?.kind === 'unknown');
    assert.match(answer.failure.message, /key is not provided/);
    assert.equal(line.send(putOnce('after')), undefined);
  });

  it('L3: an answer that is empty, cut off or compressed is unknown, whatever its status says', async () => {
    const answers = async (body: Buffer) => (await answeredBy({ 'grpc-status': '0' }, body))?.kind;
    assert.equal(await answers(framed(done)), 'done');
    assert.equal(await answers(framed(revisionAlone)), 'refused');
    for (const body of [
      Buffer.alloc(0),
      framed(Buffer.alloc(0)),
      framed(revisionAlone, done.length),
      framed(done, done.length, 1),
      framed(Buffer.from([0x10, 1])),
    ])
      assert.equal(await answers(body), 'unknown', body.toString('hex'));
  });

  it('begins the next call when one is answered, and sends its message when there is one', async () => {
    const streams: ServerHttp2Stream[] = [];
    let bytes = 0;
    const answer = (stream: ServerHttp2Stream): void => {
      streams.push(stream);
      stream.on('data', (piece: Buffer) => (bytes += piece.length));
      stream.once('end', () => answerBy(stream, { 'grpc-status': '0' }, framed(done)));
    };
    await withServer(answer, async (toServer) => {
      assert.equal((await firstAnswer(toServer))?.kind, 'done');
      await eventually('the next call is begun', () => streams.length === 2);
      const before = bytes;
      assert.equal((await toServer.send(putOnce('b')))?.kind, 'done');
      assert.ok(bytes > before);
      assert.equal(streams[1]!.writableEnded, true, 'the call that was begun is the one that was answered');
    });
  });

  it('L3: what is sent after a call begun ahead was ended by the other side goes its own way, and only there', async () => {
    let calls = 0;
    let wasEnded = false;
    const answer = (stream: ServerHttp2Stream): void => {
      stream.on('error', () => undefined);
      if (++calls === 2) {
        stream.once('close', () => (wasEnded = true));
        return stream.close(constants.NGHTTP2_REFUSED_STREAM);
      }
      stream.resume().once('end', () => answerBy(stream, { 'grpc-status': '0' }, framed(done)));
    };
    await withServer(answer, async (toServer, sessions) => {
      assert.equal((await firstAnswer(toServer))?.kind, 'done');
      await eventually('the call begun ahead is ended', () => wasEnded);
      // Frames arrive in order: when this is answered the end of the call has been seen.
      await new Promise((resolve) => sessions[0]!.ping(resolve));
      assert.equal((await toServer.send(putOnce('b')))?.kind, 'done');
      assert.equal(calls >= 3, true);
    });
  });

  it('lets a connection go that the other side ends, though a call was begun ahead', async () => {
    let calls = 0;
    const answer = (stream: ServerHttp2Stream): void => {
      calls++;
      stream.on('error', () => undefined);
      stream.resume().once('end', () => answerBy(stream, { 'grpc-status': '0' }, framed(done)));
    };
    await withServer(answer, async (toServer, sessions) => {
      assert.equal((await firstAnswer(toServer))?.kind, 'done');
      await eventually('a call is begun ahead', () => calls === 2);
      const closed = once(sessions[0]!, 'close');
      sessions[0]!.goaway();
      await closed;
      assert.equal(toServer.send(putOnce('b')), undefined);
    });
  });

  it('a deadline that has passed on the way is slow, as the client says', async () => {
    const answer = await answeredBy({ 'grpc-status': '4', 'grpc-message': 'context deadline exceeded' }, undefined);
    assert(answer?.kind === 'unknown');
    assert.equal(answer.failure.kind, 'slow');
  });

  it('is for an etcd that asks for neither TLS nor a user', () => {
    const user = { username: 'streamer', password: 'secret' };
    assert.ok(lineTo({ endpoints: ['http://127.0.0.1:1'] }) instanceof TransactionLine);
    assert.equal(lineTo({ endpoints: ['http://127.0.0.1:1'], user }), undefined);
    assert.equal(lineTo({ endpoints: ['https://127.0.0.1:1'] }), undefined);
  });
});
