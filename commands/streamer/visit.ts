import { type SourceRecord } from '../append/checkpoint-text.js';
import { type IdentifiedSource, type SourceOpening } from '../source/source.js';
import { type LaneWork } from './lane-work.js';
import { type Wish } from './begin.js';
import { rangesStored, RangeVisits } from './range-visits.js';
import { type SourceOutcome } from './source-outcome.js';
import { splitSource } from './split-source.js';
import { loadSource } from './stored-source.js';
import { streamSource } from './stream-source.js';
import { type Tried } from './tried.js';
import { Wishes } from './wishes.js';

/** Something to stream, by its path; opened anew for every pass of a loop and after a file was replaced. */
export interface Streamable {
  readonly path: string;
  open(signal: AbortSignal): Promise<SourceOpening>;
}

const over = (kind: SourceOutcome['kind'], message: string): Tried => ({ kind: 'over', outcome: { kind, message } });

/** One streamer's way through one source in one pass, which other streamers may share: it is tried until it is over. */
export class Visit {
  readonly #wishes: Wishes;
  readonly #ranges: RangeVisits;

  constructor(
    readonly source: Streamable,
    again: boolean,
    private readonly work: LaneWork,
  ) {
    this.#wishes = new Wishes(again);
    this.#ranges = new RangeVisits(work);
  }

  /** Decides which pass is wanted, before others of the same run are streamed. What cannot be opened is said later. */
  async decide(): Promise<void> {
    const { source, work } = this;
    const opening = await source.open(work.stops.stop);
    if (opening.kind === 'identified') await this.#wish(opening, (await loadSource(opening, work)).record);
  }

  /** Streams what is not claimed by others. */
  async try(): Promise<Tried> {
    const { source, work } = this;
    const { streaming, stops } = work;
    for (;;) {
      const tried = await untilStopped(() => this.#openAndStream(), stops);
      if (tried.kind === 'taken') return tried;
      const { kind, message } = tried.outcome;
      streaming.report({ kind: 'source-over', path: source.path, outcome: kind, message });
      if (kind !== 'replaced') return tried;
    }
  }

  /** Told to stop while it was others' to read. */
  stop(): SourceOutcome {
    const outcome: SourceOutcome = { kind: 'stopped', message: '' };
    this.work.streaming.report({ kind: 'source-over', path: this.source.path, outcome: outcome.kind, message: '' });
    return outcome;
  }

  async #openAndStream(): Promise<Tried> {
    const { source, work } = this;
    const opening = await source.open(work.stops.stop);
    switch (opening.kind) {
      case 'identified':
        return this.#stream(opening);
      case 'no-rows':
        return over('no-rows', `${source.path} has a header and no rows`);
      case 'refused':
        return over('refused', opening.message);
    }
  }

  async #stream(source: IdentifiedSource): Promise<Tried> {
    const { work } = this;
    const { streaming } = work;
    for (;;) {
      const { record } = await loadSource(source, work);
      const wish = await this.#wish(source, record);
      if (record !== undefined && 'kind' in record) return this.#ranges.try(source, record, wish);
      const { ranged } = source;
      const isToBeSplit = record === undefined && !streaming.loop && (ranged?.plainBytes ?? 0) > streaming.splitAbove;
      const streamed = isToBeSplit ? await splitSource(source, ranged!, work) : await streamSource(source, wish, work);
      if (streamed.kind === 'over') return streamed;
      if (streamed.kind === 'taken') return { kind: 'taken', sources: [source.id] };
    }
  }

  #wish(source: IdentifiedSource, record: SourceRecord | undefined): Promise<Wish> {
    return this.#wishes.of(source.id, async () =>
      record !== undefined && 'kind' in record ? rangesStored(source, record, this.work) : [record],
    );
  }
}

/** Waiting that was cut short by the wish to stop is an outcome, not an error; being made to abandon appends is one. */
const untilStopped = async (work: () => Promise<Tried>, { stop, abandon }: LaneWork['stops']): Promise<Tried> => {
  try {
    return await work();
  } catch (error) {
    if (!stop.aborted || abandon.aborted) throw error;
    return over('stopped', '');
  }
};
