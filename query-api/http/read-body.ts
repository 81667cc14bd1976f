import { Problem } from './problem.js';

/** Bytes of a request's body at most. */
const mostBytes = 262_144;

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

/**
 * The body of a request as text.
 *
 * @param advice what to do instead of sending more than is read
 * @throws Problem where there is too much of it, or it does not come whole
 */
export const readBody = async (request: AsyncIterable<Buffer>, advice: string): Promise<string> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of request) {
      bytes += part.length;
      if (bytes > mostBytes) throw tooLarge(advice);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof Problem ? error : brokenOff();
  }
  return Buffer.concat(parts).toString('utf8');
};
