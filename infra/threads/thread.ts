import { MessageChannel, type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads';
import { ThreadChannel } from './thread-channel.js';

/** A thread of this process that answers requests, each on a channel of its own. */
export class Thread {
  readonly #worker: Worker;
  #hasEnded = false;

  /**
   * @param program what it runs
   * @param setUp what `threadSetUp` gives there
   * @param failed told of what ends it before its time; its channels close then
   */
  constructor(program: URL, setUp: unknown, failed: (error: unknown) => void) {
    this.#worker = new Worker(program, { workerData: setUp });
    this.#worker.on('error', failed);
    this.#worker.once('exit', () => (this.#hasEnded = true));
  }

  /** A channel on which it is asked; closed when it has ended. */
  ask(request: unknown): ThreadChannel {
    const { port1, port2 } = new MessageChannel();
    const channel = new ThreadChannel(port1);
    // Nobody would close what it is not even sent.
    if (this.#hasEnded) channel.close();
    else this.#worker.postMessage({ request, port: port2 }, [port2]);
    return channel;
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

/** In a thread: what it was set up with. */
export const threadSetUp = (): unknown => workerData as unknown;

/** In a thread: calls back with each request and the channel to answer it on, until the thread is ended. */
export const answerRequests = (answer: (request: unknown, channel: ThreadChannel) => void): void => {
  parentPort!.on('message', ({ request, port }: Asked) => answer(request, new ThreadChannel(port)));
};
