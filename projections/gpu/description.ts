import { type Device } from '../../domain/device.js';
import { parseLabels } from '../../domain/labels.js';
import { type Series } from '../../domain/segment/segment.js';
import { clipped } from '../documents/clip.document.js';
import { type DeviceDocument, labelBytes } from './device.document.js';
import { type SharedLabels } from './shared-labels.js';

/** What a row says of a device beyond who it is. */
export type Description = Pick<DeviceDocument, 'mig' | 'model_name' | 'labels' | 'labels_truncated'>;

/** The labels as they stand in the row, but for the metric's own name: equal texts describe equally. */
export const labelTextOf = ({ labels, metric }: Series): string => labels.replace(`__name__="${metric}"`, '');

const within = (
  labels: readonly (readonly [string, string])[],
  most: number,
): readonly (readonly [string, string])[] => {
  let bytes = 0;
  const end = labels.findIndex(([name, text]) => (bytes += Buffer.byteLength(name) + Buffer.byteLength(text)) > most);
  return end < 0 ? labels : labels.slice(0, end);
};

export const describe = (series: Series, { mig }: Device, shared: SharedLabels): Description => {
  const all = [...parseLabels(series.labels)].filter(([name]) => name !== '__name__');
  const labels = within(all, labelBytes);
  return {
    mig: mig
      ? { parent: mig.parent, id: clipped(mig.id), profile: mig.profile === undefined ? null : clipped(mig.profile) }
      : null,
    model_name: clipped(series.modelName),
    labels: shared.share(labels),
    labels_truncated: labels.length < all.length,
  };
};

export const sameDescription = (a: Description, b: Description): boolean =>
  a.model_name === b.model_name &&
  a.labels_truncated === b.labels_truncated &&
  a.mig?.parent === b.mig?.parent &&
  a.mig?.id === b.mig?.id &&
  a.mig?.profile === b.mig?.profile &&
  a.labels.length === b.labels.length &&
  a.labels.every(([name, text], i) => name === b.labels[i]![0] && text === b.labels[i]![1]);
