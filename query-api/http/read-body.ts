import { type IncomingMessage } from 'node:http';
import { Problem } from './problem.js';

/** Bytes of a request's body at most. */
const mostBytes = 262_144;

/** Whether a request says that its body is no longer than what is read. */
export const isSmallEnough = ({ headers }: IncomingMessage): boolean =>
  Number(headers['content-length'] ?? Infinity) <= mostBytes;

const tooLarge = (advice: string): Problem =>
  new Problem({
    code: 'too-large',
    status: 413,
    title: 'Too large',
    detail: `The body has more than ${mostBytes} bytes. ${advice}`,
  });

/** Nobody reads this any more; it only says that the gateway did not fail. */
const brokenOff = (): Problem =>
  new Problem({ code: 'bad-request', status: 400, title: 'Not acceptable', detail: 'The body broke off.' });

/** What came of a body. */
interface Received {
  readonly kind: 'whole' | 'too large' | 'broken off';
  /** UTF-8, decoded, when it is whole. */
  readonly text?: string;
}

const receive = async (request: IncomingMessage): Promise<Received> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > mostBytes) return { kind: 'too large' };
      parts.push(part);
    }
  } catch {
    return { kind: 'broken off' };
  }
  return { kind: 'whole', text: Buffer.concat(parts).toString('utf8') };
};

const received = new WeakMap<IncomingMessage, Promise<Received>>();

/** The body of a request, which is read once, whoever asks for it first. */
export const receivedBody = (request: IncomingMessage): Promise<Received> => {
  const body = received.get(request) ?? receive(request);
  received.set(request, body);
  return body;
};

/**
 * The body of a request as text.
 *
 * @param advice what to do instead of sending more than is read
 * @throws Problem where there is too much of it, or it does not come whole
 */
export const readBody = async (request: IncomingMessage, advice: string): Promise<string> => {
  const { kind, text } = await receivedBody(request);
  if (text !== undefined) return text;
  throw kind === 'too large' ? tooLarge(advice) : brokenOff();
};
