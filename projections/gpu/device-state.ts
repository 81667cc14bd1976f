import { type Device } from '../../domain/device.js';
import { type Instant } from '../../domain/instant.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type StateFormat } from '../folding/document-set.js';
import { type Description } from './description.js';
import { deviceDocument, type DeviceDocument, devicePath } from './device.document.js';
import { type SharedLabels } from './shared-labels.js';

/** A {@link DeviceDocument} under way. */
export interface DescribedDevice extends Pick<DeviceDocument, 'cluster' | 'hostname' | 'uuid'> {
  revision: Revision;
  description: Description;
  describedAt: Instant;
  firstSeen: Instant;
  /** Model name and label text known to be described by `description`: spares taking labels apart again. */
  known: { readonly modelName: string; readonly labelText: string } | undefined;
  /** Raised with every change of the description. */
  version: number;
}

export const newDevice = (device: Device, description: Description, at: Instant): DescribedDevice => ({
  cluster: device.cluster,
  hostname: device.hostname,
  uuid: device.uuid,
  revision: beginning,
  description,
  describedAt: at,
  firstSeen: at,
  known: undefined,
  version: 0,
});

export const deviceState = (shared: SharedLabels): StateFormat<DescribedDevice, DeviceDocument> => ({
  format: deviceDocument,
  pathOf: ({ cluster, hostname, uuid }) => devicePath(cluster, hostname, uuid),
  fromDocument: ({ revision, cluster, hostname, uuid, described_at, first_seen, ...description }) => ({
    ...{ revision, cluster, hostname, uuid },
    description: { ...description, labels: shared.share(description.labels) },
    describedAt: described_at,
    firstSeen: first_seen,
    known: undefined,
    version: 0,
  }),
  toDocument: ({ revision, cluster, hostname, uuid, description, describedAt, firstSeen }) => ({
    ...{ revision, cluster, hostname, uuid, ...description },
    described_at: describedAt,
    first_seen: firstSeen,
  }),
});
