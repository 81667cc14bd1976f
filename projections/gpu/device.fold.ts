import { type Device } from '../../domain/device.js';
import { type DocumentFold } from '../folding/document-fold.js';
import { DocumentSet } from '../folding/document-set.js';
import { type DeviceDocument } from './device.document.js';
import { DevicePass } from './device-pass.js';
import { deviceState, type DescribedDevice } from './device-state.js';

const keyOf = ({ cluster, hostname, uuid }: Pick<Device, 'cluster' | 'hostname' | 'uuid'>): string =>
  `${cluster}\0${hostname}\0${uuid}`;

/** Folds who the devices are; see {@link DeviceDocument}. */
export const deviceFold = (): DocumentFold => {
  const documents = new DocumentSet<DescribedDevice, DeviceDocument>(deviceState, keyOf);
  return {
    kind: 'devices',
    load: (document) => documents.load(document),
    fold: (view, revision) => {
      const known = view.subjects.devices.map(({ device }) => documents.get(keyOf(device)));
      const toFold = known.map((device) => (device && device.revision >= revision ? null : device));
      for (const device of new DevicePass(view, toFold).run()) documents.touch(documents.add(device), revision);
    },
    take: () => documents.take(),
  };
};
