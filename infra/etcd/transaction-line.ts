import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { type EtcdAddress, usualDeadlineMs } from './client.js';
import { type EtcdFailure, failureOf, messageOf } from './failure.js';
import { readReply, type TransactionReply, transactionMessage } from './transaction-message.js';
import { type Transaction } from './transaction.js';

/** What one sending came to; `unknown` as in `TransactionAnswer`. */
export type LineAnswer = TransactionReply | { readonly kind: 'unknown'; readonly failure: EtcdFailure };

const failed = (failure: EtcdFailure): LineAnswer => ({ kind: 'unknown', failure });

const path = '/etcdserverpb.KV/Txn';
/** Milliseconds between two tries to connect. */
const tryAgainMs = 1_000;
/** Megabytes that may wait to be sent: with more, no answer is taken any longer. Node.js takes 10, seven appends. */
const maxSessionMemory = 1_024;
/** gRPC puts a byte and the length before a message. */
const prefixBytes = 5;
const statusOf = { ok: '0', deadlineExceeded: '4' } as const;

/** Of one whole message; throws on anything else, since of an empty one etcd's protocol makes a refusal. */
const messageIn = (body: Buffer): Buffer => {
  const isWhole = body.length > prefixBytes && body[0] === 0 && body.readUInt32BE(1) === body.length - prefixBytes;
  if (!isWhole) throw new Error('etcd has answered with no whole message');
  return body.subarray(prefixBytes);
};

const replyIn = (body: Buffer): LineAnswer => {
  try {
    const reply = readReply(messageIn(body));
    if (reply.revision === 0n) throw new Error('etcd has answered without a revision');
    return reply;
  } catch (error) {
    return failed({ kind: 'unreachable', message: messageOf(error) });
  }
};

/** The connection was ended here, since one of those who wait for an answer has waited too long. */
class Silent extends Error {
  constructor({ message }: EtcdFailure) {
    super(message);
  }
}

/**
 * One HTTP/2 connection to etcd for transactions alone. For a row that comes alone the package's way through gRPC takes
 * longer than all the rest of the work; this takes less than half of that.
 *
 * It is good weather's way: after anything but an answer it is given up, and whoever sends takes the client instead,
 * which knows every failure by name. When that has been answered the line is opened again. So it repeats nothing, signs
 * nobody on and knows no TLS: see `lineTo`.
 */
export class TransactionLine {
  #session: ClientHttp2Session | undefined;
  /** Being opened. */
  #opening: ClientHttp2Session | undefined;
  #triedAt = -Infinity;
  #tried = 0;
  #isClosed = false;

  /**
   * @param endpoints URLs of the members, taken in turn
   * @param deadlineMs milliseconds that an answer may take
   */
  constructor(
    private readonly endpoints: readonly string[],
    private readonly deadlineMs: number,
  ) {}

  /** Sends a transaction once; undefined where it is not open. */
  send(transaction: Transaction): Promise<LineAnswer> | undefined {
    const session = this.#session;
    if (session === undefined || session.closed || session.destroyed) return undefined;
    return this.#sendOn(session, transactionMessage(transaction));
  }

  /** etcd is there: it has just answered another way. */
  open(): void {
    const now = performance.now();
    if (this.#isClosed || this.#session || this.#opening || now - this.#triedAt < tryAgainMs) return;
    this.#triedAt = now;
    const session = connect(this.endpoints[this.#tried++ % this.endpoints.length]!, { maxSessionMemory });
    this.#opening = session;
    // Whatever ends it, those who wait for an answer are told by their own streams.
    session.on('error', () => this.#giveUp(session));
    session.once('goaway', () => this.#giveUp(session));
    session.once('close', () => this.#giveUp(session));
    session.once('connect', () => {
      this.#opening = undefined;
      this.#session = session;
    });
    session.unref();
  }

  close(): void {
    this.#isClosed = true;
    this.#opening?.destroy();
    this.#session?.destroy();
  }

  #giveUp(session: ClientHttp2Session): void {
    if (this.#opening === session) this.#opening = undefined;
    if (this.#session !== session) return;
    this.#session = undefined;
    // What is under way may still be answered.
    if (!session.closed) session.close();
  }

  #sendOn(session: ClientHttp2Session, message: Buffer): Promise<LineAnswer> {
    const { deadlineMs } = this;
    return new Promise((resolve) => {
      const pieces: Buffer[] = [];
      let status: unknown;
      let why = 'the connection to etcd has ended';
      let isLate = false;
      const late: EtcdFailure = { kind: 'slow', message: `no answer within ${String(deadlineMs)} ms` };
      const stream = session.request({
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: path,
        'content-type': 'application/grpc',
        te: 'trailers',
        'grpc-timeout': `${String(deadlineMs)}m`,
      });
      const timer = setTimeout(() => {
        isLate = true;
        this.#giveUp(session);
        // Of a connection over which nothing comes nothing else is to be expected either.
        session.destroy(new Silent(late));
      }, deadlineMs);
      const heed = (headers: Readonly<Record<string, unknown>>): void => {
        status = headers['grpc-status'] ?? status;
        if (typeof headers['grpc-message'] === 'string') why = headers['grpc-message'];
      };
      stream.on('response', heed).on('trailers', heed);
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('error', (error: Error) => {
        why = error.message;
        isLate ||= error instanceof Silent;
      });
      stream.once('close', () => {
        clearTimeout(timer);
        const answer =
          status === statusOf.ok && !isLate
            ? replyIn(Buffer.concat(pieces))
            : failed(isLate || status === statusOf.deadlineExceeded ? late : failureOf(new Error(why)));
        if (answer.kind === 'unknown') this.#giveUp(session);
        resolve(answer);
      });
      stream.end(message);
    });
  }
}

/** A line to an etcd that asks for neither TLS nor a user; undefined to one that does. Whoever takes it closes it. */
export const lineTo = ({
  endpoints,
  tls,
  user,
  deadlineMs = usualDeadlineMs,
}: EtcdAddress): TransactionLine | undefined =>
  tls || user || endpoints.some((endpoint) => !endpoint.startsWith('http:'))
    ? undefined
    : new TransactionLine(endpoints, deadlineMs);
