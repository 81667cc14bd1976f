import { type SourceId } from '../../domain/ids.js';
import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type SplitPlan } from '../../domain/split-plan.js';
import { type IdentifiedSource } from '../source/source.js';
import { type Wish } from './begin.js';
import { type DeadLetterAmount } from './dead-letter-limits.js';
import { FileLetters } from './file-letters.js';
import { type LaneWork } from './lane-work.js';
import { type SourceOutcome } from './source-outcome.js';
import { loadSource } from './stored-source.js';
import { streamSource } from './stream-source.js';
import { type StreamerEvent } from './streamer-event.js';
import { type Tried } from './tried.js';

const successes: readonly SourceOutcome['kind'][] = ['done', 'nothing-new'];

/** One streamer's way through the ranges of a large file: it streams those that nobody else has claimed. */
export class RangeVisits {
  readonly #over = new Set<SourceId>();
  #overBytes = 0;
  #hasAppended = false;

  constructor(private readonly work: LaneWork) {}

  /** A range that fails ends it all: the others may fail for the same reason, each with dead letters of its own. */
  async try(file: IdentifiedSource, plan: SplitPlan, wish: Wish): Promise<Tried> {
    if (file.unsettled() !== undefined) return { kind: 'over', outcome: onlyAsFile(file, plan) };
    const taken: SourceId[] = [];
    for (const [index, { source }] of plan.ranges.entries()) {
      if (this.#over.has(source)) continue;
      const outcome = await this.#tryRange(file, plan, index, wish);
      if (outcome === 'taken') taken.push(source);
      else if (successes.includes(outcome.kind)) this.#end(plan, index, outcome);
      else return { kind: 'over', outcome };
    }
    if (taken.length > 0) return { kind: 'taken', sources: taken };
    return { kind: 'over', outcome: { kind: this.#hasAppended ? 'done' : 'nothing-new', message: '' } };
  }

  async #tryRange(
    file: IdentifiedSource,
    plan: SplitPlan,
    index: number,
    wish: Wish,
  ): Promise<SourceOutcome | 'taken'> {
    const { streaming } = this.work;
    const range = file.ranged!.at(plan, index);
    const report = (event: StreamerEvent) => streaming.report(this.#ofFile(event, file, plan, index));
    // Only the last can have grown since.
    const isWhole = index < plan.ranges.length - 1;
    for (let outcome: SourceOutcome = { kind: 'nothing-new', message: '' }, looks = 0; ; looks++) {
      const { record } = await loadSource(range, this.work);
      if (record !== undefined && 'kind' in record) throw new Error(`range ${range.id} is split itself`);
      const isOver = record?.state === 'ended' && !wantsMore(wish, record.pass);
      if (isOver && (isWhole || looks > 0)) return outcome;
      const letters = new FileLetters(file.id, index, this.work);
      const countInFile = (own: DeadLetterAmount) => letters.count(own);
      const deadLetters = { ...streaming.deadLetters, countInFile };
      const ofRange = { ...this.work, streaming: { ...streaming, report, deadLetters } };
      const streamed = await streamSource(range, wish, ofRange);
      if (streamed.kind === 'split') throw new Error(`range ${range.id} is split itself`);
      if (streamed.kind === 'taken') return 'taken';
      // A pass that another streamer was interrupted in may have been finished before the one that is wanted.
      outcome = { ...streamed.outcome, kind: looks > 0 && outcome.kind === 'done' ? 'done' : streamed.outcome.kind };
      // Where it goes on, not to another pass, there is nothing behind its end.
      if (wish.kind === 'go-on' || !successes.includes(streamed.outcome.kind)) return streamed.outcome;
    }
  }

  #end({ ranges }: SplitPlan, index: number, { kind }: SourceOutcome): void {
    const { source, from } = ranges[index]!;
    this.#over.add(source);
    this.#overBytes += (ranges[index + 1]?.from ?? from) - from;
    this.#hasAppended ||= kind === 'done';
  }

  /** What is told of a range, as of the file: one bar, which holds what is known to be over. */
  #ofFile(event: StreamerEvent, file: IdentifiedSource, { ranges }: SplitPlan, index: number): StreamerEvent {
    if (event.kind === 'reading') return { ...event, range: { number: index + 1, of: ranges.length } };
    if (event.kind !== 'appended') return event;
    const readBytes = this.#overBytes + event.progress.readBytes;
    return { ...event, progress: { readBytes, sizeBytes: file.ranged!.plainBytes } };
  }
}

/** What is stored of each range. */
export const rangesStored = async (
  file: IdentifiedSource,
  plan: SplitPlan,
  work: LaneWork,
): Promise<readonly (SourceCheckpoint | undefined)[]> => {
  const all = plan.ranges.map(({ source }) => loadSource({ id: source, path: file.path }, work));
  return (await Promise.all(all)).map(({ record }) => (record === undefined || 'kind' in record ? undefined : record));
};

const wantsMore = (wish: Wish, pass: number): boolean => wish.kind === 'pass' && wish.pass > pass;

const onlyAsFile = ({ path }: IdentifiedSource, plan: SplitPlan): SourceOutcome => ({
  kind: 'refused',
  message: `${path} begins like ${plan.path}, which is read by ranges, and can be read only in order; give the file itself`,
});
