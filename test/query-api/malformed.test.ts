import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { openAccess } from '../../query-api/gateway-options.js';
import { listen, type ListeningServer, usualPatience } from '../../query-api/http/server.js';
import { type KeyPair } from '../../query-api/http/tls.js';
import { eventually } from '../support/eventually.js';
import { makeCertificate } from '../support/made-certificate.js';
import { Queue } from './support/queue.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

/** An answer as it came over a connection. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answers that came one after another, each as long as it says. */
const answersIn = (said: string): readonly Answer[] => {
  const answers: Answer[] = [];
  for (let rest = said; rest !== '';) {
    const end = rest.indexOf('\r\n\r\n');
    const [line, ...lines] = rest.slice(0, end).split('\r\n');
    assert.match(line!, /^HTTP\/1\.1 \d{3} /, `in ${JSON.stringify(said)}`);
    const headers = Object.fromEntries(lines.map((one) => one.toLowerCase().split(': ') as [string, string]));
    const length = Number(headers['content-length'] ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    answers.push({ status: Number(line!.slice(9, 12)), headers, body });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
};

/** A connection on which bytes are sent as they are. */
const rawly = (socket: Socket) => {
  let said = '';
  socket.on('data', (data: Buffer) => (said += data.toString('latin1'))).on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    send: (text: string) => void socket.write(text),
    said: () => said,
    /** Everything that came, when the other side has closed the connection. */
    all: async () => {
      await closed;
      return answersIn(said);
    },
  };
};

const dial = (origin: string) => rawly(connect(Number(new URL(origin).port), '127.0.0.1'));

const isProblem = ({ status, headers, body }: Answer, expected: number, code: string): void => {
  assert.equal(status, expected);
  assert.equal(headers['content-type'], 'application/problem+json; charset=utf-8');
  assert.deepEqual([headers['connection'], headers['cache-control']], ['close', 'no-store']);
  const said = JSON.parse(body) as Record<string, unknown>;
  assert.deepEqual(Object.keys(said), ['success', 'code', 'type', 'title', 'status', 'detail', 'errors']);
  assert.deepEqual([said['success'], said['code'], said['status']], [false, code, expected]);
};

const post = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const livez = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n';

describe('what is no request', () => {
  let gateway: RunningGateway;
  /** Waits so short that it may not wait for a test that gets no processor: asked only for what comes too late. */
  let impatient: RunningGateway;
  before(async () => {
    const worlds = [new World(), new World()] as const;
    for (const world of worlds) world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    const patience = { ...usualPatience, headersMs: 300, requestMs: 300, checkMs: 50 };
    gateway = await startGateway(worlds[0]);
    impatient = await startGateway(worlds[1], worlds[1].ports(), { ...openAccess, patience });
  });
  after(async () => {
    await Promise.all([gateway.stop(), impatient.stop()]);
    assert.deepEqual([gateway.errors, impatient.errors], [[], []]);
  });

  const sent = (text: string, to = gateway): Promise<readonly Answer[]> => {
    const connection = dial(to.origin);
    connection.send(text);
    return connection.all();
  };

  it('Q3: is told what is wrong with it by a problem document', async () => {
    const garbage = 'this is no HTTP\r\n\r\n';
    const header = `GET /livez HTTP/1.1\r\nHost: x\r\nX-Large: ${'a'.repeat(20_000)}\r\n\r\n`;
    const address = `GET /livez?a=${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`;
    for (const [text, status, code] of [
      [garbage, 400, 'malformed-request'],
      ['GET /livez HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n', 400, 'malformed-request'],
      ['GET /livez HTTP/1.1\r\n\r\n', 400, 'malformed-request'],
      [`${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`, 400, 'malformed-request'],
      [`${post}Transfer-Encoding: chunked\r\n\r\nno chunk\r\n`, 400, 'malformed-request'],
      [`${post}Transfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(20_000)}\r\n`, 413, 'chunk-extensions-too-large'],
      [header, 431, 'headers-too-large'],
      [address, 431, 'headers-too-large'],
      [`${post}Expect: the-unexpected\r\nContent-Length: 2\r\n\r\n{}`, 417, 'expectation-failed'],
      ['GET /livez HTTP/1.1\r\n', 408, 'request-timeout'],
      [`${post}Content-Length: 10\r\n\r\n{`, 408, 'request-timeout'],
    ] as const) {
      const answers = await sent(text, status === 408 ? impatient : gateway);
      assert.equal(answers.length, 1, text.slice(0, 100));
      isProblem(answers[0]!, status, code);
    }
    assert.equal((await sent('GET /livez HTTP/1.0\r\n\r\n'))[0]!.status, 200, 'an older request needs no Host');
  });

  it('Q3: the connection has been used before, and the answers to that came whole', async () => {
    const connection = dial(gateway.origin);
    connection.send(livez);
    await eventually('it is answered', () => connection.said().includes('ok'));
    connection.send('this is no HTTP\r\n\r\n');
    const [first, second, ...more] = await connection.all();
    assert.deepEqual([first!.status, first!.body, more.length], [200, '{"status":"ok"}', 0]);
    isProblem(second!, 400, 'malformed-request');
  });
});

describe('what is no request behind one that is being answered', () => {
  let server: ListeningServer;
  /** Lets the answer go on that is under way. */
  let goOn: () => void;
  let begun: Promise<void>;
  let faults: number;

  /** `/begun` answers the half before it waits, `/waiting` nothing, `/early` all at once and reads no body. */
  beforeEach(async () => {
    let begin: () => void = () => undefined;
    begun = new Promise((resolve) => (begin = resolve));
    const goesOn = new Promise<void>((resolve) => (goOn = resolve));
    server = await listen(
      (request, response) => {
        response.setHeader('Content-Length', '8');
        if (request.url === '/early') return void response.end('12345678', begin);
        if (request.url === '/begun') response.write('1234');
        begin();
        void goesOn.then(() => response.end(request.url === '/begun' ? '5678' : '12345678'));
      },
      { port: 0, listen: '127.0.0.1', patience: usualPatience },
    );
    faults = 0;
    server.server.on('clientError', () => faults++);
  });
  afterEach(() => server.close(0));

  const ask = async (path: string, headers = '') => {
    const connection = dial(server.origin);
    connection.send(`POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    await begun;
    return connection;
  };
  const chunked = 'Transfer-Encoding: chunked\r\n';
  const whole = (answers: readonly Answer[]): void =>
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body]),
      [[200, '12345678']],
    );

  for (const path of ['/begun', '/waiting'])
    it(`Q3: ${path}: the answer comes whole, nothing is put into it or before it, and the connection is closed`, async () => {
      const connection = await ask(path);
      connection.send('this is no HTTP\r\n\r\n');
      await eventually('it has come', () => faults > 0);
      // And more of it.
      connection.send('this is no HTTP\r\n\r\n'.repeat(2_000));
      goOn();
      whole(await connection.all());
    });

  it('Q3: nothing is put into an answer that has begun before its body turns out to be malformed', async () => {
    const connection = await ask('/begun', chunked);
    connection.send('no chunk\r\n');
    goOn();
    whole(await connection.all());
  });

  it('Q3: an answer that was given before the body came is the only one', async () => {
    const connection = await ask('/early', chunked);
    await eventually('it came', () => connection.said().endsWith('12345678'));
    connection.send('no chunk\r\n');
    whole(await connection.all());
  });

  it('Q3: one that is waited for in vain gives way to why, and comes no more', async () => {
    const connection = await ask('/waiting', chunked);
    connection.send('no chunk\r\n');
    const answers = await connection.all();
    goOn();
    assert.equal(answers.length, 1);
    isProblem(answers[0]!, 400, 'malformed-request');
  });
});

describe('what is no request, by https', () => {
  it('Q3: is told as by http; who speaks no TLS is told nothing', async () => {
    const world = new World();
    const pair = makeCertificate('first');
    const changes = (signal: AbortSignal) => new Queue<KeyPair>().take(signal);
    const gateway = await startGateway(world, world.ports(), openAccess, { keyPair: pair, changes });
    try {
      const port = Number(new URL(gateway.origin).port);
      const secure = rawly(connectSecurely({ port, host: '127.0.0.1', ca: [pair.cert], servername: 'localhost' }));
      secure.send('this is no HTTP\r\n\r\n');
      isProblem((await secure.all())[0]!, 400, 'malformed-request');
      const plain = dial(gateway.origin);
      plain.send(livez);
      assert.deepEqual(await plain.all(), []);
    } finally {
      await gateway.stop();
    }
    assert.deepEqual(gateway.errors, []);
  });
});
