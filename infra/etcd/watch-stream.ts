import { type Duplex } from 'node:stream';
import { type Etcd3, type IWatchCreateRequest, type IWatchRequest, type IWatchResponse } from 'etcd3';
import { onAbort } from '../../domain/on-abort.js';
import { abortReason } from './cancellable.js';
import { type LivingMembers, livingMembers } from './living-members.js';

export type Heard =
  | { readonly kind: 'message'; readonly message: IWatchResponse }
  | { readonly kind: 'silence' }
  | { readonly kind: 'broken'; readonly error: Error };

type RawStream = Duplex & { cancel(): void; write(request: IWatchRequest): boolean };
type WatchCallOptions = NonNullable<Parameters<Etcd3['watchClient']['watch']>[0]>;
type Interceptor = NonNullable<WatchCallOptions['interceptors']>[number];

/** Lets one message through for each time that it is opened; the stream by itself would read sixteen ahead. */
class ReadGate {
  private reads: (() => void)[] = [];
  private credit = 0;

  open(): void {
    const read = this.reads.shift();
    if (read) read();
    else this.credit = 1;
  }

  /** Reads when the gate is opened next, or now when it has been. */
  pass(read: () => void): void {
    if (this.credit === 0) return void this.reads.push(read);
    this.credit = 0;
    read();
  }
}

/**
 * Reads through a gate, and asks the member to end the stream when it has lost its leader: cut off from the others it
 * would be silent for ever.
 */
const watchedBy =
  (gate: ReadGate): Interceptor =>
  (options, nextCall) => {
    const call = nextCall(options);
    const start = call.start.bind(call);
    const startRead = call.startRead.bind(call);
    call.start = (metadata, listener) => {
      const own = metadata.clone();
      own.set('hasleader', 'true');
      start(own, listener);
    };
    call.startRead = () => gate.pass(startRead);
    return call as ReturnType<Interceptor>;
  };

/**
 * One watch on one raw stream, read message by message. A message is read only when somebody waits for it, so that a
 * slow reader holds etcd back by HTTP/2's flow control instead of filling memory.
 */
export class WatchStream {
  private waiting: ((heard: Heard) => void) | undefined;
  private readonly messages: IWatchResponse[] = [];
  private broken: Error | undefined;
  private readonly forget: () => void;

  private constructor(
    private readonly stream: RawStream,
    private readonly gate: ReadGate,
    private readonly members: LivingMembers | undefined,
    signal: AbortSignal,
  ) {
    this.forget = onAbort(signal, () => this.close());
    stream.on('data', (message: IWatchResponse) => {
      if (this.waiting) this.answer({ kind: 'message', message });
      else this.messages.push(message);
    });
    stream.on('error', (error: Error) => this.break(error));
    stream.on('end', () => this.break(new Error('etcd ended the watch')));
  }

  /**
   * @param signal closes the stream when it aborts
   * @throws what the client throws when there is no connection to be had, and what the signal says when it has aborted
   */
  static async open(client: Etcd3, request: IWatchCreateRequest, signal: AbortSignal): Promise<WatchStream> {
    const gate = new ReadGate();
    const raw = await client.watchClient.watch({ interceptors: [watchedBy(gate)] });
    const stream = new WatchStream(raw as unknown as RawStream, gate, livingMembers(client), signal);
    if (signal.aborted) {
      // While the client was signing on or connecting: nobody would ever close it.
      stream.close();
      throw abortReason(signal);
    }
    stream.stream.write({ create_request: request });
    return stream;
  }

  /** The next message, or silence after `withinMs` milliseconds. One caller at a time; never rejects. */
  async next(withinMs: number): Promise<Heard> {
    const message = this.messages.shift();
    if (message) return { kind: 'message', message };
    if (this.broken) return { kind: 'broken', error: this.broken };
    return new Promise<Heard>((resolve) => {
      const timer = setTimeout(() => this.answer({ kind: 'silence' }), withinMs);
      this.waiting = (heard) => {
        clearTimeout(timer);
        resolve(heard);
      };
      this.gate.open();
    });
  }

  /** etcd answers it with a message without events, which tells that it is there and its revision. */
  requestProgress(): void {
    if (!this.broken) this.stream.write({ progress_request: {} });
  }

  /** It has not answered what it should: asks which members do. */
  doubt(): void {
    this.members?.doubt();
  }

  /** Whether its member does not answer, and another may. */
  get isDoubted(): boolean {
    return this.members?.isDoubted(this.stream) === true;
  }

  /** A paused stream is ended too. Messages not yet read are dropped. */
  close(): void {
    this.forget();
    this.messages.length = 0;
    this.break(new Error('the watch was closed'));
    // Ended first: the client takes the cancelling of a stream that is still writable for a failure of its host.
    this.stream.end();
    this.stream.cancel();
  }

  private answer(heard: Heard): void {
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.(heard);
  }

  private break(error: Error): void {
    this.broken ??= error;
    this.answer({ kind: 'broken', error: this.broken });
  }
}
