import { type LiveWish } from '../live/send-live.js';

/**
 * Telemetry that is subscribed to. It is sent as it comes and not iterated over: the promises of thousands of iterations
 * cost many times what is sent.
 */
export class LiveTelemetry implements AsyncIterable<never> {
  constructor(
    /** What is asked for. Throws what is wrong with it. */
    readonly wish: () => LiveWish,
  ) {}

  [Symbol.asyncIterator](): never {
    throw new Error('live telemetry is sent, and not iterated over');
  }
}
