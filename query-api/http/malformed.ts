import {
  type IncomingMessage,
  maxHeaderSize,
  type RequestListener,
  type Server as PlainServer,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { type Server as SecureServer } from 'node:https';
import { type Duplex } from 'node:stream';
import { problemDocument, type ProblemShape } from './problem.js';

/** What Node says of a connection on which it cannot go on. */
interface ConnectionFault extends Error {
  readonly code?: string;
  /** What the parser did not like. */
  readonly reason?: string;
}

/** A connection of Node's server knows the answer whose turn it is. Not documented, and what Node itself goes by. */
interface Connection extends Duplex {
  readonly _httpMessage?: ServerResponse | null;
}

const malformed = (detail: string): ProblemShape => ({
  ...{ code: 'malformed-request', status: 400, title: 'Malformed request' },
  detail,
});

const unexpected = (expect: string): ProblemShape => ({
  ...{ code: 'expectation-failed', status: 417, title: 'Expectation failed' },
  detail: `Expect was ${JSON.stringify(expect)}; accepted: 100-continue.`,
});

/** What is told of a fault; undefined where nobody speaks HTTP, or is there any more. */
const problemOf = ({ code = '', reason }: ConnectionFault): ProblemShape | undefined => {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        ...{ code: 'headers-too-large', status: 431, title: 'Headers too large' },
        detail: `The address and the headers of a request are ${String(maxHeaderSize)} bytes at most.`,
      };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return {
        ...{ code: 'chunk-extensions-too-large', status: 413, title: 'Chunk extensions too large' },
        detail: 'The extensions of the chunks of a body are longer than the gateway takes.',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        ...{ code: 'request-timeout', status: 408, title: 'Request timeout' },
        detail: 'The request did not come whole in the time that a request may take.',
      };
    default:
      if (!code.startsWith('HPE_')) return undefined;
      return malformed(`This is no request of HTTP/1.1${reason === undefined ? '' : `: ${reason}`}.`);
  }
};

const answerOf = (shape: ProblemShape): { readonly headers: Record<string, string>; readonly body: Buffer } => {
  const body = Buffer.from(JSON.stringify(problemDocument(shape)));
  const headers = {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(body.length),
    ...{ 'Cache-Control': 'no-store', Date: new Date().toUTCString(), Connection: 'close' },
  };
  return { headers, body };
};

const refuse = (socket: Duplex, shape: ProblemShape): void => {
  const { headers, body } = answerOf(shape);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const { status } = shape;
  socket.write(`HTTP/1.1 ${String(status)} ${STATUS_CODES[status]!}\r\n${lines.join('')}\r\n`);
  // A client that does not close its side would hold the connection for ever.
  socket.end(body, () => socket.destroy());
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;

/** Requests whose bodies are being received, by their connections. */
class Receiving {
  readonly #requests = new WeakMap<Duplex, IncomingMessage>();

  add(request: IncomingMessage): void {
    const { socket } = request;
    this.#requests.set(socket, request);
    request.once('close', () => {
      if (this.#requests.get(socket) === request) this.#requests.delete(socket);
    });
  }

  on(socket: Duplex): IncomingMessage | undefined {
    const request = this.#requests.get(socket);
    return request?.complete === false ? request : undefined;
  }
}

/** An answer to a request, as far as it has been given. */
const answerUnderWay = ({ _httpMessage: answer }: Connection): ServerResponse | undefined => answer ?? undefined;

/**
 * Whether a client would take what is written now for the answer to what it has sent last: not while another is under
 * way or due before it, nor in the middle of a body whose request has been answered.
 */
const mayAnswer = (answer: ServerResponse | undefined, receiving: IncomingMessage | undefined): boolean =>
  answer === undefined ? receiving === undefined : answer.req === receiving && !answer.headersSent;

/**
 * Hands on what are requests, and tells clients by a problem document, as whatever else is refused, what Node would
 * refuse by itself. Where that would become a part of another answer nothing is told: what is under way is finished, and
 * the connection closed.
 */
export const handRequests = (server: PlainServer | SecureServer, handle: RequestListener): void => {
  const [receiving, over] = [new Receiving(), new WeakSet<Duplex>()];
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (hasBody(request)) receiving.add(request);
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      const { headers, body } = answerOf(malformed('A request of HTTP/1.1 has the header Host.'));
      response.writeHead(400, headers).end(body);
    } else handle(request, response);
  });
  server.on('checkExpectation', ({ headers: { expect = '' } }: IncomingMessage, response: ServerResponse) => {
    const { headers, body } = answerOf(unexpected(expect));
    response.writeHead(417, headers).end(body);
  });
  server.on('clientError', (fault: ConnectionFault, socket: Connection) => {
    // What else comes is malformed too, and said to be so again.
    if (over.has(socket)) return;
    over.add(socket);
    const [shape, answer] = [problemOf(fault), answerUnderWay(socket)];
    if (shape === undefined || !socket.writable) socket.destroy();
    else if (mayAnswer(answer, receiving.on(socket))) refuse(socket, shape);
    else if (answer === undefined) socket.destroy();
    else answer.once('close', () => socket.end(() => socket.destroy()));
  });
};
