import { type GpuStatus } from './address.js';
import { type Failing } from './failing.js';

/** Of which GPUs something is wanted: those of which everything given is true. */
export interface Scope {
  readonly cluster?: string | undefined;
  readonly hostname?: string | undefined;
  readonly uuid?: string | undefined;
}

/** One wish to see GPUs and their values as they come, by a number that its answers carry. */
export interface Wish {
  readonly watch: number;
  readonly scope: Scope;
  /** The metrics to follow, by field name; those without a field come always. All when undefined. */
  readonly metrics?: readonly string[] | undefined;
  /** Also the values of so many milliseconds before the newest one. */
  readonly past?: { readonly lengthMs: number; readonly step: string | undefined } | undefined;
}

export type ToFeed =
  | { readonly kind: 'watch'; readonly wish: Wish }
  /** Other metrics than before are to be followed; the places of GPUs stay. */
  | { readonly kind: 'metrics'; readonly watch: number; readonly metrics: readonly string[] }
  | { readonly kind: 'close'; readonly watch: number };

/** A GPU, or MIG instance, beside its values; times in milliseconds since the Unix epoch. */
export interface Gpu {
  readonly uuid: string;
  readonly index: string;
  readonly hostname: string;
  readonly cluster: string;
  readonly model: string;
  readonly device: string;
  readonly status: GpuStatus;
  readonly lastSeen: number;
  readonly profile?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly holder?: string | undefined;
}

/** A partition that a segment which cannot be read has stopped. */
export interface StoppedPartition {
  readonly partition: number;
  readonly key: string;
  readonly reason: string;
}

export interface ProjectionProgress {
  readonly name: string;
  readonly generation: string;
  readonly version: number;
  readonly state: string;
  readonly lagSegments: number;
  readonly events: string;
  readonly stopped: readonly StoppedPartition[];
}

export interface Pipeline {
  readonly deadLetters: number;
  readonly databaseUsedBytes: string | null;
  readonly databaseQuotaBytes: string | null;
}

/** Something that was wrong with a GPU and is over. */
export interface PastEvent {
  readonly id: string;
  readonly uuid: string;
  readonly gpuId: string;
  readonly hostname: string;
  readonly clusterId: string;
  readonly kind: string;
  readonly cause: string | null;
  readonly code: number | null;
  readonly worst: number | null;
  readonly lastSeen: string;
}

/** How the connection is; `oldSince` is when the gateway says that its answers are from, if they are old. */
export interface Link {
  readonly state: 'connecting' | 'live' | 'reconnecting';
  readonly oldSince: string | undefined;
}

/** Numbers in a row for each value: the GPU's place in the inventory, the metric's in `metrics`, time in ms, value. */
export const valueWidth = 4;

export type FromFeed =
  | { readonly kind: 'link'; readonly link: Link }
  /** All GPUs of a watch in fixed places: new ones come at the end. `anew` when the places have changed. */
  | { readonly kind: 'inventory'; readonly watch: number; readonly gpus: readonly Gpu[]; readonly anew: boolean }
  | {
      readonly kind: 'values';
      readonly watch: number;
      readonly metrics: readonly string[];
      readonly values: Float64Array<ArrayBuffer>;
      /** When the newest of what came live was observed, or came where it is dated later; 0 before the first. */
      readonly newest: number;
    }
  | { readonly kind: 'status'; readonly uuid: string; readonly status: GpuStatus; readonly lastSeen: number }
  /** How many milliseconds the gateway's clock is ahead of this device's. */
  | { readonly kind: 'clock'; readonly gatewayAhead: number }
  | { readonly kind: 'progress'; readonly row: ProjectionProgress }
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline; readonly rows: readonly ProjectionProgress[] }
  | { readonly kind: 'past'; readonly events: readonly PastEvent[] }
  /** The gateway wants a token: it gives a page that asks for it. */
  | { readonly kind: 'signed out' }
  /** All that fails now; nothing of what it does not name does. */
  | { readonly kind: 'failing'; readonly failing: readonly Failing[] };
