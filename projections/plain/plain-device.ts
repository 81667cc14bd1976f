import { type Device } from '../../domain/device.js';
import { parseLabels } from '../../domain/labels.js';
import { type Series } from '../../domain/segment/segment.js';
import { clipped } from '../documents/clip.document.js';
import { type DeviceDocument, deviceDocument, devicePath, labelBytes } from '../gpu/device.document.js';
import { PlainDocuments } from './plain-documents.js';
import { eventsOf, type PlainEvent, type PlainFold } from './plain-fold.js';

type Description = Pick<DeviceDocument, 'mig' | 'model_name' | 'labels' | 'labels_truncated'>;

const describe = ({ mig }: Device, series: Series): Description => {
  const labels: [string, string][] = [];
  let [bytes, labels_truncated] = [0, false];
  for (const [name, text] of parseLabels(series.labels)) {
    if (name === '__name__') continue;
    bytes += Buffer.byteLength(name, 'utf8') + Buffer.byteLength(text, 'utf8');
    if (bytes > labelBytes) labels_truncated = true;
    else labels.push([name, text]);
  }
  const profile = mig?.profile === undefined ? null : clipped(mig.profile);
  return {
    mig: mig === undefined ? null : { parent: mig.parent, id: clipped(mig.id), profile },
    model_name: clipped(series.modelName),
    labels,
    labels_truncated,
  };
};

const descriptionOf = ({ mig, model_name, labels, labels_truncated }: DeviceDocument): Description => ({
  ...{ mig, model_name, labels, labels_truncated },
});

const differ = (a: Description, b: Description): boolean => JSON.stringify(a) !== JSON.stringify(b);

const fold = (known: DeviceDocument | undefined, event: PlainEvent, description: Description): DeviceDocument => {
  const { revision, device, effective } = event;
  const { cluster, hostname, uuid } = device;
  if (!known) {
    return { revision, cluster, hostname, uuid, ...description, described_at: effective, first_seen: effective };
  }
  let document = known;
  if (effective < document.first_seen) document = { ...document, revision, first_seen: effective };
  if (effective >= document.described_at && differ(description, descriptionOf(document))) {
    document = { ...document, revision, ...description, described_at: effective };
  }
  return document;
};

/** The documents of {@link DeviceDocument}. */
export const plainDevices = (): PlainFold => {
  const documents = new PlainDocuments(deviceDocument);
  return {
    add: (logged) => {
      // Taking labels apart is most of the work, and the events of one series share them.
      const descriptions = new Map<Series, Description>();
      for (const event of eventsOf(logged)) {
        const description = descriptions.get(event.series) ?? describe(event.device, event.series);
        descriptions.set(event.series, description);
        const path = devicePath(event.device.cluster, event.device.hostname, event.device.uuid);
        documents.put(path, fold(documents.get(path), event, description));
      }
    },
    documents: () => documents.stored(),
  };
};
