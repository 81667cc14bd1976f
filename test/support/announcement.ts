import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { type Instant } from '../../domain/instant.js';

/** What a collector says of itself that has joined and folded nothing yet. */
export const announcementOf = (id: string, more: Partial<CollectorAnnouncement> = {}): CollectorAnnouncement => ({
  ...{ id, name: id, pid: 1, started_at: 0n as Instant, folds: [], partitions: [], events: 0, commits: 0 },
  ...{ events_per_second: 0, waiting_segments: 0, settled_commits: 0, refused_commits: 0, waiting: null, stopped: [] },
  ...more,
});
