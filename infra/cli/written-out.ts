import { type Writable } from 'node:stream';
import { onAbortOrNow } from '../../domain/on-abort.js';

const isOut = (stream: Writable): Promise<void> => new Promise((resolve) => stream.write('', () => resolve()));

/**
 * Resolves when all that was written to the streams has left this process, or cannot; at once when the signal aborts. A
 * pipe whose reader is slow, such as a pager, takes 64 KiB: the rest would go with the process.
 */
export const writtenOut = async (streams: readonly Writable[], signal: AbortSignal): Promise<void> => {
  let forget = (): void => undefined;
  const aborted = new Promise<void>((resolve) => (forget = onAbortOrNow(signal, resolve)));
  await Promise.race([Promise.all(streams.map(isOut)), aborted]);
  forget();
};
