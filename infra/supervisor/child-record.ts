import { type Role } from './announcement.js';

/**
 * `starting` until it says that it is ready; `restarting` while it pauses after a crash; `ended` when its work is done
 * (a streamer at the end of its sources); `failed` when starting it again would not help.
 */
export type ChildState = 'starting' | 'running' | 'restarting' | 'ended' | 'failed' | 'stopping' | 'stopped';

/** How a child ended; `reason` when it could not even be started. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal?: string | null;
  readonly reason?: string;
}

/** What the supervisor knows of one child. Times are milliseconds since the Unix epoch. */
export interface ChildRecord {
  readonly role: Role;
  readonly name: string;
  readonly state: ChildState;
  readonly pid: number | undefined;
  readonly startedAt: number | undefined;
  readonly restarts: number;
  readonly everReady: boolean;
  /** Ends in a row without 10 s of running between them. */
  readonly quickEnds: number;
  readonly addresses: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
  /** It has said, since it was started, that it waits for something. */
  readonly hasWaited: boolean;
  readonly lastEnd: ChildEnd | undefined;
  /** When something was heard of it last, in milliseconds of a clock that only goes forward; undefined before. */
  readonly heardAt: number | undefined;
  /** It has said that it must not be started again when it ends. */
  readonly isFinal: boolean;
  /** What it said of why, for people. */
  readonly reasons: readonly string[];
}

export type ChildEvent =
  | { readonly type: 'starting' }
  | { readonly type: 'started'; readonly pid: number; readonly at: number }
  | { readonly type: 'ready'; readonly addresses: readonly string[] }
  | { readonly type: 'heard'; readonly at: number }
  | { readonly type: 'progress'; readonly details: Readonly<Record<string, unknown>> }
  | { readonly type: 'final'; readonly reasons?: readonly string[] }
  | { readonly type: 'stopping' }
  | { readonly type: 'ended'; readonly end: ChildEnd; readonly at: number };

export const initialRecord = (role: Role, name: string): ChildRecord => ({
  role,
  name,
  state: 'starting',
  pid: undefined,
  startedAt: undefined,
  restarts: 0,
  everReady: false,
  quickEnds: 0,
  addresses: [],
  details: {},
  hasWaited: false,
  lastEnd: undefined,
  heardAt: undefined,
  isFinal: false,
  reasons: [],
});

/** Running this long, in milliseconds, makes a child's earlier crashes forgotten. */
const steadyAfterMs = 10_000;
const shortestPauseMs = 100;
const longestPauseMs = 2_000;

export const foldChild = (record: ChildRecord, event: ChildEvent): ChildRecord => {
  switch (event.type) {
    case 'starting':
      return {
        ...{ ...record, state: 'starting', details: {}, hasWaited: false, heardAt: undefined },
        restarts: record.restarts + (record.lastEnd === undefined ? 0 : 1),
      };
    case 'started':
      return { ...record, pid: event.pid, startedAt: event.at };
    case 'ready': {
      const state = record.state === 'starting' ? 'running' : record.state;
      return { ...record, state, everReady: true, addresses: event.addresses };
    }
    case 'heard':
      return { ...record, heardAt: event.at };
    case 'progress': {
      const hasWaited = record.hasWaited || waitsFor(event) !== undefined;
      return { ...record, details: event.details, hasWaited };
    }
    case 'final':
      return { ...record, isFinal: true, reasons: event.reasons ?? [] };
    case 'stopping':
      return {
        ...record,
        state: isOver(record) ? record.state : record.state === 'restarting' ? 'stopped' : 'stopping',
      };
    case 'ended': {
      const ranFor = record.startedAt === undefined ? 0 : event.at - record.startedAt;
      const quickEnds = ranFor >= steadyAfterMs ? 1 : record.quickEnds + 1;
      const state = stateAfterEnd(record, event.end);
      // What it had goes with it; what it has done is of interest when it is not to do more.
      const details = state === 'restarting' ? {} : record.details;
      return { ...record, state, quickEnds, details, lastEnd: event.end, pid: undefined, startedAt: undefined };
    }
  }
};

const stateAfterEnd = ({ role, state, isFinal }: ChildRecord, end: ChildEnd): ChildState => {
  if (state === 'stopping') return 'stopped';
  if (end.code === 0 && role === 'streamer') return 'ended';
  // Bad usage stays bad however often it is tried.
  return isFinal || end.code === 2 ? 'failed' : 'restarting';
};

/** True when the child will not run again by itself. */
export const isOver = ({ state }: ChildRecord): boolean => ['ended', 'failed', 'stopped'].includes(state);

/** What a child says that it waits for, for people; undefined when it says nothing of that. */
export const waitsFor = ({ details: { waiting } }: Pick<ChildRecord, 'details'>): string | undefined =>
  typeof waiting === 'string' ? waiting : undefined;

/**
 * True for a gateway that is not ready and waits for what no process of this system will do: there is nothing to serve
 * before a collector has folded, and none runs here.
 */
export const waitsForCollector = (record: ChildRecord, all: readonly ChildRecord[]): boolean =>
  record.role === 'gateway' &&
  record.state === 'starting' &&
  waitsFor(record) !== undefined &&
  !all.some((other) => other.role === 'collector' && !isOver(other));

/** A child that is well gives several signs of life in so many milliseconds. */
const silentAfterMs = 5_000;

/** For how long nothing was heard of one that runs; undefined while it is heard, and before it was at all. @param now as `heardAt` */
export const silentSeconds = ({ state, heardAt }: ChildRecord, now: number): number | undefined =>
  state === 'running' && heardAt !== undefined && now - heardAt >= silentAfterMs
    ? Math.floor((now - heardAt) / 1_000)
    : undefined;

/** Milliseconds to wait before the next start: doubling from 0.1 s to 2 s with every quick end. */
export const pauseBeforeRestart = ({ quickEnds }: ChildRecord): number =>
  Math.min(longestPauseMs, shortestPauseMs * 2 ** (quickEnds - 1));

/** `was killed by SIGKILL`, `ended with exit code 1`: the end of a sentence about a child. */
export const describeEnd = ({ code, signal, reason }: ChildEnd): string => {
  if (reason !== undefined) return `could not be started: ${reason}`;
  return signal ? `was ended by ${signal}` : `ended with exit code ${String(code)}`;
};

/** Reasons in one sentence, for behind a colon. */
export const describeReasons = (reasons: readonly string[]): string =>
  reasons.map((reason) => reason.replace(/\.$/, '')).join('; ');
