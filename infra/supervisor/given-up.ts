import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { plural } from '../../domain/quantities.js';

const GivenUp = t.type({ failed_sources: t.array(t.type({ message: t.string })) });

/** What a streamer says of the sources that it could not stream, a sentence for each that it names. */
export const givenUp = (name: string, details: Readonly<Record<string, unknown>>): readonly string[] => {
  const decoded = GivenUp.decode(details);
  if (!isRight(decoded)) return [];
  return decoded.right.failed_sources.map(({ message }) => `${name} has given up a source: ${message}`);
};

/** The same for people who look: also how many it does not name, and what to do. */
export const describeGivenUp = (name: string, details: Readonly<Record<string, unknown>>): readonly string[] => {
  const named = givenUp(name, details);
  if (named.length === 0) return [];
  const { failed_sources_in_all: inAll } = details;
  const more = typeof inAll === 'number' ? inAll - named.length : 0;
  return [...named, ...(more > 0 ? [`${name} has given up ${plural(more, 'more source')}`] : []), howToReadMended];
};

const howToReadMended =
  'What is mended is read by streamers that are started after that: telemetry scale streamer=0, then streamer=N';
