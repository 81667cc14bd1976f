import { type ArchiveHeld } from '../../domain/archive-held.js';
import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';

/** Of the archives that collectors keep, the one that ends first: what lies behind its end is not certain to be in all. */
export const archivedByCollectors = (
  collectors: readonly Pick<CollectorAnnouncement, 'archive'>[],
): ArchiveHeld | undefined =>
  collectors
    .flatMap(({ archive }) => archive ?? [])
    .reduce<ArchiveHeld | undefined>(
      (first, one) => (first === undefined || one.through < first.through ? one : first),
      undefined,
    );
