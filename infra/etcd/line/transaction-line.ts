import { type ClientHttp2Session, connect } from 'node:http2';
import { type EtcdAddress, usualDeadlineMs } from '../client.js';
import { type LineAnswer, TransactionCall } from './transaction-call.js';
import { transactionMessage } from './transaction-message.js';
import { type Transaction } from '../transaction.js';

/** Milliseconds between two tries to connect. */
const tryAgainMs = 1_000;
/** Megabytes that may wait to be sent: with more, no answer is taken any longer. Node.js takes 10, seven appends. */
const maxSessionMemory = 1_024;

/**
 * One HTTP/2 connection to etcd for transactions alone. For a row that comes alone the package's way through gRPC takes
 * longer than all the rest of the work; this takes less than half of that. The head of the next call is sent when the one
 * before has been answered, when nobody waits for it.
 *
 * It is good weather's way: after anything but an answer it is given up, and whoever sends takes the client instead,
 * which knows every failure by name. When that has been answered the line is opened again. So it repeats nothing, signs
 * nobody on and knows no TLS: see `lineTo`.
 */
export class TransactionLine {
  #session: ClientHttp2Session | undefined;
  /** Being opened. */
  #opening: ClientHttp2Session | undefined;
  /** Made ahead on the session. */
  #next: TransactionCall | undefined;
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

  /**
   * etcd is there: it has just answered another way.
   *
   * @param isDoubted whether a member, by its URL, does not answer; it is passed over
   */
  open(isDoubted: (endpoint: string) => boolean = () => false): void {
    const now = performance.now();
    if (this.#isClosed || this.#session || this.#opening || now - this.#triedAt < tryAgainMs) return;
    this.#triedAt = now;
    const endpoint = this.endpoints[this.#tried++ % this.endpoints.length]!;
    if (!isDoubted(endpoint)) this.#openTo(endpoint);
  }

  #openTo(endpoint: string): void {
    const session = connect(endpoint, { maxSessionMemory });
    this.#opening = session;
    // Whatever ends it, those who wait for an answer are told by their own streams.
    session.on('error', () => this.#giveUp(session));
    session.once('goaway', () => this.#giveUp(session));
    session.once('close', () => this.#giveUp(session));
    const tooLate = setTimeout(() => session.destroy(), this.deadlineMs).unref();
    session.once('close', () => clearTimeout(tooLate));
    // Its first word: the system takes connections for a process that is stopped, too.
    session.once('remoteSettings', () => {
      clearTimeout(tooLate);
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
    // The connection ends when all has that has begun on it, and this never would.
    this.#next?.cancel();
    this.#next = undefined;
    // What is under way may still be answered.
    if (!session.closed) session.close();
  }

  async #sendOn(session: ClientHttp2Session, message: Buffer): Promise<LineAnswer> {
    const call = this.#next?.isOpen ? this.#next : new TransactionCall(session);
    this.#next = undefined;
    const answer = await call.send(message, this.deadlineMs, (silent) => {
      this.#giveUp(session);
      // Of a connection over which nothing comes nothing else is to be expected either.
      session.destroy(silent);
    });
    if (answer.kind === 'unknown') this.#giveUp(session);
    else if (this.#session === session) this.#next ??= new TransactionCall(session);
    return answer;
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
