import { hostKey } from '../../domain/device.js';
import { type Hostname } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type DocumentFold } from '../folding/document-fold.js';
import { DocumentSet } from '../folding/document-set.js';
import { minuteOf } from '../folding/minutes.js';
import { newestOf, type SegmentView } from '../folding/segment-view.js';
import { type HostDocument } from './host.document.js';
import { takeMinutes } from './host-minutes.js';
import { hostState, type HostState, turnTo } from './host-state.js';
import { takeSeats } from './seats.js';

/** By number of the host, the newest effective time of its events in the segment; undefined where it has none. */
const newestByHost = (view: SegmentView): (Instant | undefined)[] => {
  const slots = view.subjects.hosts.map(() => [] as number[]);
  for (const slot of view.extremes.seen)
    slots[view.subjects.devices[view.subjects.slots.device[slot]!]!.host]!.push(slot);
  return slots.map((ofHost) => newestOf(view, ofHost));
};

const takeWatermark = (host: HostState, newest: Instant, appended: Instant): boolean => {
  if (newest < host.watermark) return false;
  Object.assign(host, { watermark: newest, appended });
  turnTo(host, minuteOf(newest));
  return true;
};

/** Folds one segment into the hosts' states; gives back those that it changed. */
const pass = (
  view: SegmentView,
  hosts: readonly (HostState | undefined)[],
  newest: readonly (Instant | undefined)[],
) => {
  const { appendedAt } = view.header;
  const moved = hosts.filter((host, i) => host && takeWatermark(host, newest[i]!, appendedAt));
  const last = hosts.map((host) => (host ? minuteOf(host.watermark) : 0));
  return new Set([...moved, ...takeSeats(view, hosts), ...takeMinutes(view, hosts, last)]);
};

/** Folds what each host is at a glance; see {@link HostDocument}. */
export const hostFold = (): DocumentFold => {
  const documents = new DocumentSet<HostState, HostDocument>(hostState, hostKey);
  const open = (view: SegmentView, hostname: Hostname, newest: Instant | undefined, revision: Revision) => {
    const { cluster, appendedAt: appended } = view.header;
    const known = documents.get(hostKey({ cluster, hostname }));
    if (newest === undefined || (known && known.revision >= revision)) return undefined;
    const empty = { truncated: false, seats: new Map(), minutes: new Map() };
    return known ?? documents.add({ ...empty, revision: beginning, cluster, hostname, watermark: newest, appended });
  };
  return {
    kind: 'hosts',
    load: (document) => documents.load(document),
    fold: (view, revision) => {
      const newest = newestByHost(view);
      const hosts = view.subjects.hosts.map((hostname, i) => open(view, hostname, newest[i], revision));
      for (const host of pass(view, hosts, newest)) if (host) documents.touch(host, revision);
    },
    take: () => documents.take(),
  };
};
