import { type EtcdFigures } from '../etcd-server/etcd-figures.js';
import { gatewayAddresses, type ProcessReport, reportProcesses } from './report.js';
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
}

/** `status --json`: other programs read it. Without a store that answers its parts are left out. */
export interface SystemStatus extends Partial<StoreStatus> {
  readonly processes: readonly ProcessReport[];
  readonly etcd: { readonly endpoints: readonly string[] } & Partial<EtcdFigures>;
  readonly gateways: readonly string[];
}

export interface StatusParts {
  readonly state: SystemState | undefined;
  readonly endpoints: readonly string[];
  readonly figures: EtcdFigures | undefined;
  readonly store: StoreStatus | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

export const systemStatus = ({ state, endpoints, figures, store, now }: StatusParts): SystemStatus => ({
  processes: state === undefined ? [] : reportProcesses(state, now),
  etcd: { endpoints, ...figures },
  gateways: state === undefined ? [] : gatewayAddresses(state),
  ...store,
});
