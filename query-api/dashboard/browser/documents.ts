import { knownMetrics } from '../../../domain/metrics.js';
import { type GpuStatus } from './address.js';
import { type Gpu, type Scope } from './feed-messages.js';

/*
 * What is asked of the gateway, and its answers in the page's own words.
 */

const camel = (field: string): string => field.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Every metric with a field: its name here and in GraphQL. */
const fields: readonly (readonly [field: string, inGraphql: string])[] = knownMetrics.map(({ field }) => [
  field,
  camel(field),
]);

interface WireValue {
  readonly name: string;
  readonly value: number;
  readonly timestamp: string;
}

interface WireGpu {
  readonly uuid: string;
  readonly id: string;
  readonly hostname: string;
  readonly clusterId: string;
  readonly name: string;
  readonly device: string;
  readonly status: GpuStatus;
  readonly lastSeen: string;
  readonly migProfile: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly heldBy?: { readonly container: string; readonly pod: string; readonly namespace: string } | null;
  readonly metrics?: readonly WireValue[];
}

/** One device at one time, of the past or as it comes. */
export interface WireRecord extends Readonly<Record<string, unknown>> {
  readonly uuid: string;
  readonly timestamp: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly cursor?: string;
}

export interface Inventory {
  readonly gpus?: readonly WireGpu[];
  readonly gpu?: WireGpu | null;
}

export interface Page {
  readonly telemetryPage: { readonly items: readonly WireRecord[]; readonly nextCursor: string | null };
}

const gpuFields = 'uuid id hostname clusterId name device status lastSeen migProfile';
const valueFields = 'metrics { name value timestamp }';

/** The GPUs of a scope. @param values also the newest value of every metric */
export const inventoryQuery = ({ uuid, hostname }: Scope, values: boolean): string => {
  const wanted = `${gpuFields} ${values ? valueFields : ''}`;
  if (uuid !== undefined)
    return `query ($uuid: String!) { gpu(uuid: $uuid) { ${wanted} labels heldBy { container pod namespace } } }`;
  return hostname !== undefined
    ? `query ($hostname: String, $cluster: String) { gpus(hostname: $hostname, clusterId: $cluster) { ${wanted} } }`
    : `query ($cluster: String) { gpus(clusterId: $cluster) { ${wanted} } }`;
};

const recordFields = (metrics: readonly string[] | undefined): string => {
  const wanted = fields.filter(([field]) => metrics?.includes(field) ?? true).map(([, name]) => name);
  return `uuid timestamp metrics ${wanted.join(' ')}`;
};

/** What comes of a scope, from behind a cursor on. */
export const liveQuery = (metrics: readonly string[] | undefined): string =>
  `subscription ($uuid: String, $hostname: String, $cluster: String, $after: String) {
    telemetry(gpuUuid: $uuid, hostname: $hostname, clusterId: $cluster, after: $after) {
      cursor ${recordFields(metrics)} } }`;

export const pastQuery = (metrics: readonly string[] | undefined): string =>
  `query ($uuid: String, $hostname: String, $cluster: String, $from: String, $step: String, $at: String) {
    telemetryPage(gpuUuid: $uuid, hostname: $hostname, clusterId: $cluster, startTime: $from, step: $step, cursor: $at,
      limit: 5000) { nextCursor items { ${recordFields(metrics)} } } }`;

export const statusQuery = 'subscription { gpuStatusChanged { uuid to gpu { lastSeen } } }';

const progressFields = 'name generation version state lagSegments events stopped { partition key reason }';
export const progressQuery = `subscription { projectionProgress { ${progressFields} } }`;
export const pipelineQuery = `{ pipeline { deadLetters databaseUsedBytes databaseQuotaBytes }
  projections { ${progressFields} } }`;

/** What was wrong last and is over. */
export const pastEventsQuery = `{ healthEvents(ongoing: false, order: "desc", limit: 8) {
  id uuid gpuId hostname clusterId kind cause code worst lastSeen } }`;

const holderOf = (held: WireGpu['heldBy']): string | undefined =>
  held ? [held.namespace, held.pod, held.container].filter((part) => part !== '').join(' / ') : undefined;

export const gpusOf = ({ gpus, gpu }: Inventory): readonly WireGpu[] => gpus ?? (gpu ? [gpu] : []);

export const gpuOf = (wire: WireGpu): Gpu => ({
  uuid: wire.uuid,
  index: wire.id,
  hostname: wire.hostname,
  cluster: wire.clusterId,
  model: wire.name,
  device: wire.device,
  status: wire.status,
  lastSeen: Date.parse(wire.lastSeen),
  profile: wire.migProfile ?? undefined,
  labels: wire.labels,
  holder: holderOf(wire.heldBy),
});

type Told = (metric: string, time: number, value: number) => void;

/** The newest value of every metric, each with its own time. */
export const eachLatest = ({ metrics = [] }: WireGpu, tell: Told): void => {
  for (const { name, value, timestamp } of metrics) tell(name, Date.parse(timestamp), value);
};

/** The values of a record that were sampled. */
export const eachValue = (record: WireRecord, tell: Told): void => {
  const time = Date.parse(record.timestamp);
  for (const [field, name] of fields) {
    const value = record[name];
    if (typeof value === 'number') tell(field, time, value);
  }
  for (const name in record.metrics) tell(name, time, record.metrics[name]!);
};
