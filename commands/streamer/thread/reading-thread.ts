import { type SourceOpening } from '../../source/source.js';
import { type Elsewhere } from '../make-appends.js';
import { appendsElsewhere } from './appends-elsewhere.js';
import { type ThreadRequest } from './appends-request.js';
import { type Channel } from './channel.js';
import { openElsewhere } from './open-elsewhere.js';

type Open = (signal: AbortSignal) => Promise<SourceOpening>;

/** The thread in which files are opened and read, as the one sees it that sends their appends. */
export class ReadingThread {
  readonly appends: Elsewhere;
  readonly #openings = new WeakMap<object, number>();
  #opened = 0;

  /**
   * @param ask opens a channel to it
   * @param version that segments are written in now
   */
  constructor(
    private readonly ask: (request: ThreadRequest) => Channel,
    version: () => number,
  ) {
    this.appends = appendsElsewhere(ask, (opening) => this.#numberOf(opening), version);
  }

  /**
   * Opens a file there.
   *
   * @param name of the file, for messages
   * @param here opens it in this thread, where only this one can read it
   */
  open(path: string, name: string, here: Open): Open {
    return openElsewhere(path, name, this.ask, here, (opening) => this.#numberOf(opening));
  }

  #numberOf(opening: object): number {
    const number = this.#openings.get(opening) ?? this.#opened++;
    this.#openings.set(opening, number);
    return number;
  }
}
