import { type ClusterId, type GpuUuid, type Hostname, type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type Series } from '../../domain/segment/segment.js';
import { clipped } from '../documents/clip.document.js';
import { type StateFormat } from '../folding/document-set.js';
import { latestDocument, latestLimits, latestPath } from './latest.document.js';
import { type LatestDevice, type LatestDocument, type Move } from './latest-device.document.js';

/** A {@link LatestDevice} under way. */
export interface DeviceState {
  readonly uuid: GpuUuid;
  gpuIndex: string;
  device: string;
  container: string;
  pod: string;
  namespace: string;
  heldSince: Instant;
  seenAt: Instant;
  seenIn: Revision;
  readonly moves: Move[];
  movesDropped: number;
  readonly metrics: MetricName[];
  readonly values: number[];
  readonly observed: Instant[];
  readonly effective: Instant[];
  /** Raised with every change of place or holder. */
  version: number;
}

/** A {@link LatestDocument} under way. */
export interface LatestState {
  revision: Revision;
  readonly cluster: ClusterId;
  readonly hostname: Hostname;
  truncated: boolean;
  readonly devices: Map<GpuUuid, DeviceState>;
  readonly metrics: Set<MetricName>;
  values: number;
}

export const emptyLatest = (cluster: ClusterId, hostname: Hostname): LatestState => ({
  revision: beginning,
  cluster,
  hostname,
  truncated: false,
  devices: new Map(),
  metrics: new Set(),
  values: 0,
});

/** A device as its first event shows it, without a value yet. */
export const newDevice = (uuid: GpuUuid, series: Series, at: Instant, revision: Revision): DeviceState => ({
  uuid,
  gpuIndex: clipped(series.gpuIndex),
  device: clipped(series.device),
  container: clipped(series.container),
  pod: clipped(series.pod),
  namespace: clipped(series.namespace),
  heldSince: at,
  seenAt: at,
  seenIn: revision,
  moves: [],
  movesDropped: 0,
  metrics: [],
  values: [],
  observed: [],
  effective: [],
  version: 0,
});

const deviceState = (device: LatestDevice): DeviceState => ({
  ...device,
  moves: [...device.moves],
  metrics: [...device.metrics],
  values: [...device.values],
  observed: [...device.observed],
  effective: [...device.effective],
  version: 0,
});

const fromDocument = ({ revision, cluster, hostname, truncated, devices }: LatestDocument): LatestState => ({
  revision,
  cluster,
  hostname,
  truncated,
  devices: new Map(devices.map((device) => [device.uuid, deviceState(device)])),
  metrics: new Set(devices.flatMap(({ metrics }) => metrics)),
  values: devices.reduce((sum, { metrics }) => sum + metrics.length, 0),
});

const toDocument = (state: LatestState): LatestDocument => ({ ...state, devices: [...state.devices.values()] });

export const latestState: StateFormat<LatestState, LatestDocument> = {
  format: latestDocument,
  pathOf: ({ cluster, hostname }) => latestPath(cluster, hostname),
  fromDocument,
  toDocument,
};

/** True where one more value of this metric would pass a bound of the document. */
export const full = (state: LatestState, metric: MetricName): boolean =>
  state.values >= latestLimits.values || (!state.metrics.has(metric) && state.metrics.size >= latestLimits.metrics);
