import { earlier, formatInstant, type Instant } from '../../domain/instant.js';
import { describeHeldBack } from '../../domain/log-floor.js';
import { type MaintenanceReport } from '../../domain/maintenance-report.js';
import { mebibytes } from '../../domain/quantities.js';
import { describeSpace, spaceState, type StoreSpace } from '../../domain/store-space.js';
import { type Stopped } from '../model/log-tail.js';
import { type Standing } from '../model/standing.js';

/** How full etcd is; alarmed when a member takes no puts because it has no space. */
export interface Fullness {
  readonly space: StoreSpace;
  readonly alarmed: boolean;
}

/** What the health of a gateway is judged by. */
export interface Condition {
  readonly now: Instant;
  /** When etcd answered last; undefined before its first answer. */
  readonly lastAnswer: Instant | undefined;
  readonly loaded: boolean;
  readonly synced: boolean;
  /** What others have to do before there is something to load. */
  readonly waiting: string | undefined;
  readonly stopping: boolean;
  readonly stopped: readonly Stopped[];
  readonly standing: Standing;
  /** Documents and chunks that could not be read, and why generations cannot be served; a few of them. */
  readonly unreadable: readonly string[];
  readonly fullness: Fullness | undefined;
  /** What retention found of the log; undefined before it has looked. */
  readonly retention: MaintenanceReport['log'] | undefined;
}

export interface Check {
  readonly status: 'ok' | 'degraded' | 'failing';
  readonly detail: string;
}

export interface Health {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly checks: {
    readonly etcd: Check;
    readonly models: Check;
    readonly log: Check;
    readonly space: Check;
    readonly retention: Check;
    readonly process: Check;
  };
  /** Whether to send requests here. */
  readonly ready: boolean;
}

/** For so long etcd may be silent before the gateway is not ready, in nanoseconds (promise Q1). */
const silenceLimit = 10_000_000_000n;

const isSilent = (lastAnswer: Instant, now: Instant): boolean => now - lastAnswer > silenceLimit;

const etcdCheck = ({ lastAnswer, now }: Condition): Check => {
  if (lastAnswer === undefined) return { status: 'failing', detail: 'etcd has not answered yet.' };
  const detail = `etcd answered last at ${formatInstant(lastAnswer)}.`;
  if (!isSilent(lastAnswer, now)) return { status: 'ok', detail };
  return { status: 'failing', detail: `${detail} Answers are from then and marked as old.` };
};

const modelsCheck = ({ loaded, synced, waiting, unreadable, standing: { refusals, old } }: Condition): Check => {
  if (refusals.length > 0) return { status: 'failing', detail: refusals.join(' ') };
  if (waiting !== undefined) return { status: 'failing', detail: `It waits: ${waiting}.` };
  if (!loaded) return { status: 'failing', detail: 'The read models are being loaded.' };
  if (!synced) return { status: 'failing', detail: 'The end of the log is being listed.' };
  const complaints = [
    ...(unreadable.length === 0 ? [] : [`Some of it cannot be read: ${unreadable.join('; ')}`]),
    ...(old.length === 0 ? [] : [`No collector folds ${old.join(', ')} any more: answers are as of then.`]),
  ];
  return complaints.length === 0
    ? { status: 'ok', detail: 'Loaded and followed.' }
    : { status: 'degraded', detail: complaints.join(' ') };
};

const logCheck = ({ stopped }: Condition): Check => {
  if (stopped.length === 0) return { status: 'ok', detail: 'Every partition goes on.' };
  const each = stopped.map(({ partition, key, reason }) => `partition ${partition} at ${key} (${reason})`);
  return {
    status: 'degraded',
    detail:
      `Stopped by a segment that cannot be read: ${each.join(', ')}. ` +
      'See `telemetry log verify`; `telemetry log quarantine` passes over it.',
  };
};

/** Queries are answered all the same: what is degraded is that nothing new comes. */
const spaceCheck = ({ fullness }: Condition): Check => {
  if (fullness === undefined) return { status: 'ok', detail: 'How full etcd is, is not known yet.' };
  const state = spaceState(fullness.space, fullness.alarmed);
  return { status: state === 'ok' ? 'ok' : 'degraded', detail: describeSpace(fullness.space, state) };
};

/** An open run of history keeps a little of the log all the time: it matters when the log outgrows what it may have. */
const retentionCheck = ({ retention }: Condition): Check => {
  if (retention === undefined) return { status: 'ok', detail: 'Nobody has looked at how much of the log is kept yet.' };
  const { bytes, allowed_bytes: allowed, held_back: heldBack = [] } = retention;
  const kept = `${mebibytes(bytes)} of the log are kept, of at most ${mebibytes(allowed)}.`;
  const detail = [kept, ...heldBack.map((held) => `${describeHeldBack(held)}.`)].join(' ');
  return { status: heldBack.length > 0 && bytes > allowed ? 'degraded' : 'ok', detail };
};

/** Unhealthy is what cannot be trusted to be up to date; degraded is what is served in part. */
export const healthOf = (condition: Condition): Health => {
  const process: Check = condition.stopping
    ? { status: 'failing', detail: 'Stopping: requests in flight are finished, new ones go elsewhere.' }
    : { status: 'ok', detail: 'Running.' };
  const checks = {
    ...{ etcd: etcdCheck(condition), models: modelsCheck(condition), log: logCheck(condition) },
    ...{ space: spaceCheck(condition), retention: retentionCheck(condition), process },
  };
  const found = Object.values(checks).map(({ status }) => status);
  const ready = !found.includes('failing');
  const status = ready ? (found.includes('degraded') ? 'degraded' : 'healthy') : 'unhealthy';
  return { status, checks, ready };
};

/** What says how old answers are. */
export interface Age extends Pick<Condition, 'now' | 'lastAnswer'> {
  /** Since when what is answered from is not folded by anybody; undefined while it is. */
  readonly unfoldedSince: Instant | undefined;
}

/** Since when answers may be old, because etcd does not answer or nobody folds; undefined when they are not. */
export const oldSince = ({ now, lastAnswer, unfoldedSince }: Age): Instant | undefined =>
  earlier(lastAnswer !== undefined && isSilent(lastAnswer, now) ? lastAnswer : undefined, unfoldedSince);
