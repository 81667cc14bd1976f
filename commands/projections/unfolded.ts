import { canFold, type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { type GenerationRecord } from '../../domain/generation.js';

/** For people: that no collector runs which can fold what is to be built, and which one could. */
export const nobodyFolds = ({ projection, archived_through: through }: GenerationRecord): string =>
  through === undefined
    ? `No collector runs that folds ${projection}: the build begins when one does.`
    : `No collector runs that folds ${projection} and has an archive up to revision ${String(through)}: the build ` +
      'begins when one does. Collectors are given it by --archive DIR.';

/** Of each of these that is being built and that none of the collectors can fold. */
export const unfolded = (
  records: readonly GenerationRecord[],
  collectors: readonly CollectorAnnouncement[],
): readonly string[] =>
  records
    .filter((record) => record.state === 'building' && !collectors.some((one) => canFold(one, record)))
    .map(nobodyFolds);
