import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import { messageOf } from '../../../domain/error-message.js';
import { type StoreFailure } from '../../../domain/store-answer.js';
import { failureOf } from '../failure.js';
import { messageIn } from './grpc-frame.js';
import { readReply, type TransactionReply } from './transaction-reply.js';

/** What one sending came to; `unknown` as in `TransactionAnswer`. */
export type LineAnswer = TransactionReply | { readonly kind: 'unknown'; readonly failure: StoreFailure };

const failed = (failure: StoreFailure): LineAnswer => ({ kind: 'unknown', failure });

/** etcd is told no deadline: that would begin with the head. Who waits too long ends the connection. */
const head = {
  [constants.HTTP2_HEADER_METHOD]: 'POST',
  [constants.HTTP2_HEADER_PATH]: '/etcdserverpb.KV/Txn',
  'content-type': 'application/grpc',
  te: 'trailers',
} as const;
const statusOf = { ok: '0', deadlineExceeded: '4' } as const;

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
  constructor({ message }: StoreFailure) {
    super(message);
  }
}

/**
 * One transaction's way over a connection: an HTTP/2 stream whose head is sent when it is made, and whose message when
 * there is one. Making the head takes as long as making the message, so it is best made before.
 */
export class TransactionCall {
  readonly #stream: ClientHttp2Stream;
  readonly #pieces: Buffer[] = [];
  #status: unknown;
  #why = 'the connection to etcd has ended';
  #isLate = false;
  #tell: () => void = () => undefined;

  constructor(session: ClientHttp2Session) {
    const stream = session.request(head);
    const heed = (headers: Readonly<Record<string, unknown>>): void => {
      this.#status = headers['grpc-status'] ?? this.#status;
      if (typeof headers['grpc-message'] === 'string') this.#why = headers['grpc-message'];
    };
    stream.on('response', heed).on('trailers', heed);
    stream.on('data', (piece: Buffer) => this.#pieces.push(piece));
    stream.on('error', (error: Error) => {
      this.#why = error.message;
      this.#isLate ||= error instanceof Silent;
    });
    stream.once('close', () => this.#tell());
    this.#stream = stream;
  }

  /** Whether it can still be sent: what was made ahead may have been ended by the other side meanwhile. */
  get isOpen(): boolean {
    return !this.#stream.destroyed && !this.#stream.closed;
  }

  /**
   * Sends the message; once only.
   *
   * @param deadlineMs milliseconds that the answer may take
   * @param giveUp called when it has taken longer: ends the connection with the error
   */
  send(message: Buffer, deadlineMs: number, giveUp: (silent: Silent) => void): Promise<LineAnswer> {
    const late: StoreFailure = { kind: 'slow', message: `no answer within ${String(deadlineMs)} ms` };
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#isLate = true;
        giveUp(new Silent(late));
      }, deadlineMs);
      this.#tell = () => {
        clearTimeout(timer);
        resolve(this.#answer(late));
      };
      this.#stream.end(message);
    });
  }

  /** Ends what was made and not sent. */
  cancel(): void {
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #answer(late: StoreFailure): LineAnswer {
    if (this.#status === statusOf.ok && !this.#isLate) return replyIn(Buffer.concat(this.#pieces));
    const isLate = this.#isLate || this.#status === statusOf.deadlineExceeded;
    return failed(isLate ? late : failureOf(new Error(this.#why)));
  }
}
