import { type GpuUuid, type MetricName } from '../../domain/ids.js';
import { type DeviceDocument } from '../../projections/gpu/device.document.js';
import { type LatestDevice, type LatestDocument } from '../../projections/gpu/latest-device.document.js';
import { type DeviceView, type Holder, type LatestValue } from './device-view.js';

const holderOf = (device: LatestDevice): Holder | undefined => {
  const { container, pod, namespace, heldSince } = device;
  return container || pod || namespace ? { container, pod, namespace, since: heldSince } : undefined;
};

const latestOf = (device: LatestDevice): ReadonlyMap<MetricName, LatestValue> =>
  new Map(
    device.metrics.map((metric, i) => [metric, { value: device.values[i]!, observed: device.observed[i]! }] as const),
  );

const deviceView = (host: LatestDocument, device: LatestDevice, identity: DeviceDocument): DeviceView => ({
  cluster: host.cluster,
  hostname: host.hostname,
  index: device.gpuIndex,
  uuid: device.uuid,
  mig: identity.mig === null ? undefined : { parent: identity.mig.parent, profile: identity.mig.profile },
  device: device.device,
  modelName: identity.model_name,
  labels: identity.labels,
  firstSeen: identity.first_seen,
  lastSeen: device.seenAt,
  revision: device.seenIn,
  holder: holderOf(device),
  latest: latestOf(device),
});

/**
 * The devices of one host. One whose identity has not come yet, because a large commit arrives in several
 * transactions, is left out until it has.
 */
export const deviceViews = (
  host: LatestDocument,
  identities: ReadonlyMap<GpuUuid, DeviceDocument>,
): readonly DeviceView[] =>
  host.devices.flatMap((device) => {
    const identity = identities.get(device.uuid);
    return identity ? [deviceView(host, device, identity)] : [];
  });
