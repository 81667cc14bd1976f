import { describeFull, describeSpace, type SpaceState, spaceState, type StoreSpace } from '../../domain/store-space.js';
import { type EtcdFigures } from '../etcd-server/etcd-figures.js';
import { gatewayAddresses, type ProcessReport, reportProcesses } from './process-report.js';
import { type SystemState } from './system-state.js';

/** A generation of a projection, as `projections list --json` shows it. */
export interface ProjectionLine {
  readonly name: string;
  readonly version: number;
  readonly generation: string;
  readonly state: string;
  readonly lag_segments: number;
  readonly events: number;
}

/** What the store itself says of the system, read at one revision. */
export interface StoreStatus {
  readonly log: {
    readonly partitions: number;
    readonly lanes: number;
    readonly segments: number;
    readonly events: number;
  };
  /** The revision of the newest segment, a 64-bit number; null for an empty log. */
  readonly head: string | null;
  readonly projections: readonly ProjectionLine[];
  readonly dead_letters: number;
  readonly retention?: RetentionLines;
}

export interface HeldLine {
  readonly bytes: number;
  readonly allowed_bytes: number;
  readonly hours: number;
}

/** What retention keeps and for how long. */
export interface RetentionLines {
  readonly at: string;
  readonly log: HeldLine & { readonly trimmed_events: number };
  /** What keeps the log from being trimmed, a sentence each. */
  readonly advice: readonly string[];
  readonly models: readonly (HeldLine & { readonly name: string; readonly generation: string })[];
}

/** How full etcd is, and what to do about it where it matters. */
export interface EtcdStatus extends EtcdFigures {
  readonly state: SpaceState;
  readonly advice?: string;
}

/** `status --json`: other programs read it. Without a store that answers its parts are left out. */
export interface SystemStatus extends Partial<StoreStatus> {
  readonly processes: readonly ProcessReport[];
  readonly etcd: { readonly endpoints: readonly string[] } & Partial<EtcdStatus>;
  readonly gateways: readonly string[];
}

interface PartitionLags {
  /** Segments of each partition, by its number, that are not folded. */
  readonly partition_lags: readonly number[];
}

export interface StatusParts {
  readonly state: SystemState | undefined;
  readonly endpoints: readonly string[];
  /** Of the fullest member of etcd; undefined when none told. */
  readonly space: StoreSpace | undefined;
  /** True when a member of etcd takes no puts because it has no space. */
  readonly alarmed: boolean;
  readonly store: (StoreStatus & PartitionLags) | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

const etcdStatus = (space: StoreSpace | undefined, alarmed: boolean): Partial<EtcdStatus> => {
  if (space === undefined) return alarmed ? { state: 'full', advice: describeFull() } : {};
  const { usedBytes, fileBytes, quotaBytes } = space;
  const state = spaceState(space, alarmed);
  return {
    ...{ db_bytes: fileBytes, db_in_use_bytes: usedBytes, quota_bytes: quotaBytes, state },
    ...(state !== 'ok' && { advice: describeSpace(space, state) }),
  };
};

/** What a collector itself knows is only what it has read already; how long the log is beyond that, the books tell. */
const withLag = (report: ProcessReport, lags: readonly number[]): ProcessReport => {
  const { role, pid, partitions } = report;
  if (role !== 'collector' || pid === null || !Array.isArray(partitions)) return report;
  return {
    ...report,
    lag_segments: partitions.reduce<number>((sum, partition: number) => sum + (lags[partition] ?? 0), 0),
  };
};

export const systemStatus = ({ state, endpoints, space, alarmed, store, now }: StatusParts): SystemStatus => {
  const { partition_lags: lags = [], ...books } = store ?? {};
  const processes = state === undefined ? [] : reportProcesses(state, now);
  return {
    processes: store === undefined ? processes : processes.map((report) => withLag(report, lags)),
    etcd: { endpoints, ...etcdStatus(space, alarmed) },
    gateways: state === undefined ? [] : gatewayAddresses(state),
    ...books,
  };
};
