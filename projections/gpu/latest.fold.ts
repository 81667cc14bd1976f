import { hostKey } from '../../domain/device.js';
import { type Revision } from '../../domain/revision.js';
import { type DocumentFold } from '../folding/document-fold.js';
import { DocumentSet } from '../folding/document-set.js';
import { type SegmentView } from '../folding/segment-view.js';
import { type Subjects } from '../folding/subjects.js';
import { type LatestDocument } from './latest-device.document.js';
import { emptyLatest, latestState, type LatestState } from './latest-state.js';
import { type KnownDevices, noDevices } from './known-devices.js';
import { LatestPass } from './latest-pass.js';

/** Folds the latest values of every host; see {@link LatestDocument}. */
export const latestFold = (): DocumentFold => {
  const documents = new DocumentSet<LatestState, LatestDocument>(latestState, hostKey);
  const open = (view: SegmentView, revision: Revision) =>
    view.subjects.hosts.map((hostname) => {
      const { cluster } = view.header;
      const state = documents.get(hostKey({ cluster, hostname })) ?? documents.add(emptyLatest(cluster, hostname));
      return state.revision < revision ? state : undefined;
    });
  const known = new WeakMap<Subjects, KnownDevices>();
  const knownOf = (subjects: Subjects): KnownDevices => {
    const devices = known.get(subjects) ?? noDevices(subjects);
    known.set(subjects, devices);
    return devices;
  };
  return {
    kind: 'latest',
    load: (document) => documents.load(document),
    fold: (view, revision) => {
      const changed = new LatestPass(view, revision, open(view, revision), knownOf(view.subjects)).run();
      for (const state of changed) documents.touch(state, revision);
    },
    take: () => documents.take(),
  };
};
