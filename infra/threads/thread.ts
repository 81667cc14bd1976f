import { MessageChannel, type MessagePort, parentPort, Worker } from 'node:worker_threads';
import { ThreadChannel } from './thread-channel.js';

/** A thread of this process that is set up once, and then answers requests, each on a channel of its own. */
export class Thread {
  readonly #worker: Worker;

  /**
   * @param program what it runs
   * @param failed told of what ends it before its time; its channels close then
   */
  constructor(program: URL, failed: (error: unknown) => void) {
    this.#worker = new Worker(program);
    this.#worker.on('error', failed);
  }

  /** To be called once, before it is asked anything: it has begun to load its program before that is known. */
  setUp(setUp: unknown): void {
    this.#worker.postMessage(setUp);
  }

  /** A channel on which it is asked. */
  ask(request: unknown): ThreadChannel {
    const { port1, port2 } = new MessageChannel();
    this.#worker.postMessage({ request, port: port2 }, [port2]);
    return new ThreadChannel(port1);
  }

  /** Whatever it is doing. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

interface Asked {
  readonly request: unknown;
  readonly port: MessagePort;
}

/** Answers a request on its channel. */
type Answer = (request: unknown, channel: ThreadChannel) => void;

/** In a thread: begins with what it is set up with, and answers each request, until the thread is ended. */
export const answerRequests = (begin: (setUp: unknown) => Answer): void => {
  parentPort!.once('message', (setUp) => {
    const answer = begin(setUp);
    parentPort!.on('message', ({ request, port }: Asked) => answer(request, new ThreadChannel(port)));
  });
};
