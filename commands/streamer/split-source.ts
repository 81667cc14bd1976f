import { type SplitPlan } from '../../domain/split-plan.js';
import { planText } from '../append/checkpoint-text.js';
import { untilAnswered } from '../append/until-answered.js';
import { type IdentifiedSource, type RangedText } from '../source/source.js';
import { type LaneWork } from './lane-work.js';
import { persistenceOf } from './persistence.js';
import { type SourceOutcome } from './source-outcome.js';
import { loadSource } from './stored-source.js';

/**
 * Several to each file that is split, so that streamers end at about the same time; and so many at most. In two, files of
 * a gigabyte took a twentieth less time, but those of 10,000 GPUs 6 MB more of the memory that a streamer may take.
 */
const rangesAtLeast = 4;
const rangesAtMost = 256;

/** Of each range of a file of so many bytes. */
export const rangeBytesOf = (fileBytes: number, splitAbove: number): number =>
  Math.ceil(Math.max(splitAbove / rangesAtLeast, fileBytes / rangesAtMost, 1));

export type Splitting =
  /** There is a plan now, or the source has been begun without one: look what is stored of it. */
  | { readonly kind: 'settled' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'over'; readonly outcome: SourceOutcome };

/**
 * Finds out how a file is read by ranges, and writes it down for all streamers, unless one was faster. While it lasts,
 * the file as a whole is claimed: others take another source or wait.
 */
export const splitSource = async (source: IdentifiedSource, ranged: RangedText, work: LaneWork): Promise<Splitting> => {
  const { sources, stops } = work;
  if ((await sources.hold(source, stops.stop)) === undefined) return { kind: 'taken' };
  const splitting = await splitHeld(source, ranged, work);
  sources.letGo(stops.stop);
  return splitting;
};

const splitHeld = async (source: IdentifiedSource, ranged: RangedText, work: LaneWork): Promise<Splitting> => {
  const { id, cluster, path } = source;
  const {
    streaming,
    stops: { stop },
  } = work;
  if ((await loadSource(source, work)).record !== undefined) return { kind: 'settled' };
  const fileBytes = ranged.plainBytes ?? 0;
  const onRead = (readBytes: number) =>
    streaming.report({ kind: 'splitting', path, progress: { readBytes, sizeBytes: fileBytes } });
  onRead(0);
  const found = await ranged.find(rangeBytesOf(fileBytes, streaming.splitAbove), onRead, stop);
  if ('kind' in found) return { kind: 'over', outcome: { kind: 'refused', message: found.message } };
  const plan: SplitPlan = { kind: 'split', source: id, cluster, path, log_id: streaming.log.log_id, ...found };
  const write = () => streaming.store.writePlan(id, planText(plan), stop);
  await untilAnswered(write, stop, persistenceOf(streaming));
  return { kind: 'settled' };
};
