import { type AppendsStart, type Elsewhere, type MadeAppend } from '../make-appends.js';
import { type AppendsRequest, type OpenedFile } from './appends-request.js';
import { type Channel } from './channel.js';
import { Receiver } from './receiver.js';

/**
 * Has appends made in another thread, of files at rest.
 *
 * @param ask opens a channel to that thread
 * @param opened the number of an opening
 * @param version that segments are written in now
 */
export const appendsElsewhere =
  (
    ask: (request: AppendsRequest) => Channel,
    opened: (opening: object) => OpenedFile['opening'],
    version: () => number,
  ): Elsewhere =>
  (source, { from, sameAs }, tail, { partitions, deadLetters }, signal) => {
    const { place, id } = source;
    if (place === undefined) return undefined;
    const { path, range } = place;
    const countsInFile = deadLetters.countInFile !== undefined;
    const channel = ask({
      ...{ kind: 'appends', path, opening: opened(place.opening), range, id, from, sameAs, tail, partitions },
      ...{ countsInFile, version: version() },
    });
    return begin(new Receiver(channel, source.path, signal, deadLetters));
  };

const begin = async (receiver: Receiver): Promise<AppendsStart> => {
  try {
    const made = await receiver.next();
    if (made.kind === 'begun') return { kind: 'begun', appends: () => appendsOf(receiver), rest: () => 0 };
    receiver.end();
    if (made.kind === 'refused' || made.kind === 'replaced') return made;
    throw new Error(`a thread began with ${made.kind}`);
  } catch (error) {
    receiver.end();
    throw error;
  }
};

async function* appendsOf(receiver: Receiver): AsyncGenerator<MadeAppend, void, undefined> {
  try {
    for (;;) {
      const made = await receiver.next();
      if (made.kind === 'end') return yield made;
      if (made.kind !== 'append') throw new Error(`a thread said ${made.kind} amid appends`);
      yield made;
      receiver.order({ kind: 'more' });
    }
  } finally {
    receiver.end();
  }
}
