import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { type Accepts } from './accepts.js';
import { environmentName } from './option.js';

/** Milliseconds between two looks at the file. Looking finds what links of a mounted Secret hide from watches. */
const usualPeriodMs = 5_000;

/** The file that a secret comes from; undefined where the variable itself holds it, or there is none. */
export const secretFile = (name: string, environment: NodeJS.ProcessEnv): string | undefined =>
  environment[environmentName(name)] ? undefined : environment[`${environmentName(name)}_FILE`] || undefined;

/** Left is a sentence for people, without what the file holds. */
const readSecret = async <A>(file: string, codec: Accepts<A>): Promise<Either<string, A>> => {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    if (text === '') return left(`${file} is empty`);
    const decoded = codec.decode(text);
    return isLeft(decoded) ? left(`${file} is not usable; accepted: ${codec.name}`) : right(decoded.right);
  } catch (error) {
    return left(`${file} cannot be read: ${(error as Error).message}`);
  }
};

/**
 * What the file holds, and whatever comes into it, until the signal aborts. What is not usable is complained of once,
 * and looked at again: until then what was there before holds.
 */
export async function* followSecretFile<A>(
  file: string,
  codec: Accepts<A>,
  complain: (message: string) => void,
  signal: AbortSignal,
  periodMs = usualPeriodMs,
): AsyncGenerator<A, void, undefined> {
  let [last, complaint] = [undefined as string | undefined, ''];
  for (;;) {
    const read = await readSecret(file, codec);
    if (isLeft(read)) {
      if (read.left !== complaint) complain(read.left);
      complaint = read.left;
    } else {
      complaint = '';
      const shown = JSON.stringify(read.right);
      if (shown !== last) yield read.right;
      last = shown;
    }
    const isOver = await sleep(periodMs, false, { signal, ref: false }).catch(() => true);
    if (isOver) return;
  }
}

/**
 * Tells what the file holds by then. What is not usable is complained of once, and what was there before holds on.
 *
 * @param first what it held
 */
export const renewedSecret = (file: string, first: string, complain: (message: string) => void): (() => string) => {
  let [held, complaint] = [first, ''];
  return () => {
    let wrong = '';
    try {
      const found = readFileSync(file, 'utf8').trim();
      if (found === '') wrong = `${file} is empty`;
      else held = found;
    } catch (error) {
      wrong = `${file} cannot be read: ${(error as Error).message}`;
    }
    if (wrong !== '' && wrong !== complaint) complain(wrong);
    complaint = wrong;
    return held;
  };
};
