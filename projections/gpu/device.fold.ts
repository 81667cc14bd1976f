import { deviceKey } from '../../domain/device.js';
import { type DocumentFold } from '../folding/document-fold.js';
import { DocumentSet } from '../folding/document-set.js';
import { type Subjects } from '../folding/subjects.js';
import { type DeviceDocument } from './device.document.js';
import { DevicePass } from './device-pass.js';
import { deviceState, type DescribedDevice } from './device-state.js';
import { type KnownDescriptions, noDescriptions } from './known-descriptions.js';
import { SharedLabels } from './shared-labels.js';

/** Folds who the devices are; see {@link DeviceDocument}. */
export const deviceFold = (): DocumentFold => {
  const labels = new SharedLabels();
  const documents = new DocumentSet<DescribedDevice, DeviceDocument>(deviceState(labels), deviceKey);
  const knowns = new WeakMap<Subjects, KnownDescriptions>();
  const knownOf = (subjects: Subjects): KnownDescriptions => {
    const known = knowns.get(subjects) ?? noDescriptions(subjects);
    knowns.set(subjects, known);
    return known;
  };
  return {
    kind: 'devices',
    load: (document) => documents.load(document),
    fold: (view, revision) => {
      const changed = new DevicePass(view, revision, knownOf(view.subjects), labels, (device) =>
        documents.get(deviceKey(device)),
      ).run();
      for (const device of changed) documents.touch(documents.add(device), revision);
    },
    take: () => documents.take(),
  };
};
