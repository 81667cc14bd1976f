import { MessageChannel, type MessagePort, parentPort, Worker } from 'node:worker_threads';
import { ThreadChannel } from './thread-channel.js';

/** Of this process, begun and not at their end. */
const running = new Set<Worker>();

export const areThreadsRunning = (): boolean => running.size > 0;

/** Ends all threads, whatever they are doing: one that waits for the system ends when that has answered. */
export const endThreads = (): void => running.forEach((worker) => void worker.terminate());

/** A thread of this process that is set up once, and then answers requests, each on a channel of its own. */
export class Thread {
  readonly #worker: Worker;
  #hasEnded = false;

  /**
   * @param program what it runs
   * @param failed told of what ends it before its time; its channels close then
   */
  constructor(program: URL, failed: (error: unknown) => void) {
    this.#worker = new Worker(program);
    running.add(this.#worker);
    this.#worker.on('error', failed);
    this.#worker.once('exit', () => {
      this.#hasEnded = true;
      running.delete(this.#worker);
    });
  }

  /** To be called once, before it is asked anything: it has begun to load its program before that is known. */
  setUp(setUp: unknown): void {
    this.#worker.postMessage(setUp);
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

/** Answers a request on its channel. */
type Answer = (request: unknown, channel: ThreadChannel) => void;

/** In a thread: begins with what it is set up with, and answers each request, until the thread is ended. */
export const answerRequests = (begin: (setUp: unknown) => Answer): void => {
  parentPort!.once('message', (setUp) => {
    const answer = begin(setUp);
    parentPort!.on('message', ({ request, port }: Asked) => answer(request, new ThreadChannel(port)));
  });
};
