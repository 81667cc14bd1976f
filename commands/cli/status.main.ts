import { setTimeout as pause } from 'node:timers/promises';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { type StoreSpace } from '../../domain/store-space.js';
import { cliCommand, type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { Screen } from '../../infra/cli/screen.js';
import { durationBetween } from '../../infra/config/accepts.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { type ConnectionOptions, etcdConnection, etcdEndpoints } from '../../infra/config/etcd-connection.js';
import { flag, withDefault } from '../../infra/config/option.js';
import { EtcdMembers } from '../../infra/etcd/etcd-members.js';
import { describeStatus } from '../../infra/supervisor/describe-status.js';
import { systemBeside } from '../../infra/supervisor/running-system.js';
import { type SystemState } from '../../infra/supervisor/system-state.js';
import { systemStatus, type SystemStatus } from '../../infra/supervisor/system-status.js';
import { lookAtStore } from '../status/look-at-store.main.js';

/** What is there now; `missing` says why the store's part of it is, `runs` is false when nothing at all is there. */
interface Look {
  readonly status: SystemStatus;
  readonly runs: boolean;
  readonly missing: string | undefined;
  /** Milliseconds of a clock that only goes forward. */
  readonly at: number;
}

/** As `/health` judges it: by the fullest member, and by what alarms say. */
interface Fullness {
  /** Undefined when no member told. */
  readonly space: StoreSpace | undefined;
  /** True when a member of etcd takes no puts because it has no space; false too when none answers. */
  readonly alarmed: boolean;
}

const fullnessOf = async (
  options: ConnectionOptions,
  quotaBytes: number | undefined,
  signal: AbortSignal,
): Promise<Fullness> => {
  const address = await etcdConnection(options, signal);
  if (isLeft(address)) return { space: undefined, alarmed: false };
  const members = new EtcdMembers(address.right, quotaBytes);
  try {
    const [space, alarms] = await Promise.all([members.space(signal), members.alarms(signal)]);
    return {
      space: space.kind === 'answered' ? space.value : undefined,
      alarmed: alarms.kind === 'answered' && alarms.value.length > 0,
    };
  } finally {
    members.close();
  }
};

/** What the roles were told, where it is their etcd that is looked at. */
const quotaTold = (state: SystemState | undefined, endpoints: readonly string[]): number | undefined =>
  isDeepStrictEqual(state?.etcd.endpoints, endpoints) ? state?.etcd.quota_bytes : undefined;

const look = async (options: ConnectionOptions, signal: AbortSignal): Promise<Look> => {
  const state = await systemBeside(options.dataDir, options.etcd);
  const connection = {
    ...options,
    etcd: options.etcd ?? state?.etcd.endpoints,
    prefix: state?.prefix ?? options.prefix,
  };
  const found = await etcdEndpoints(connection);
  const endpoints = isRight(found) ? found.right : [];
  const [{ space, alarmed }, store] = await Promise.all([
    fullnessOf(connection, quotaTold(state, endpoints), signal),
    lookAtStore(connection, signal),
  ]);
  const status = systemStatus({
    ...{ state, endpoints, space, alarmed, now: Date.now() },
    store: isRight(store) ? store.right : undefined,
  });
  const runs = state !== undefined || space !== undefined || isRight(store);
  return { status, runs, missing: isLeft(store) ? store.left : undefined, at: performance.now() };
};

type Asked = Pick<ConnectionOptions, 'dataDir' | 'etcd'>;

/** Who has named an etcd is told of that. */
const nothingRuns = ({ missing }: Look, { dataDir, etcd }: Asked): string =>
  etcd !== undefined && missing !== undefined
    ? missing
    : `Nothing runs on ${dataDir}. Start a system with: telemetry up`;

const linesOf = (now: Look, before: Look | undefined, asked: Asked): readonly string[] => {
  const { status, runs, missing, at } = now;
  if (!runs) return [nothingRuns(now, asked)];
  const events = status.log?.events;
  const eventsBefore = before?.status.log?.events;
  const known = events !== undefined && eventsBefore !== undefined;
  const rate = known ? ((events - eventsBefore) * 1_000) / (at - before!.at) : undefined;
  return [...describeStatus(status, rate), ...(missing === undefined ? [] : [missing])];
};

const watch = async (
  options: ConnectionOptions & { readonly json: boolean; readonly every: number },
  { print, signal }: CliContext,
): Promise<ExitCode> => {
  const screen = process.stdout.isTTY && !options.json ? new Screen(process.stdout) : undefined;
  let before: Look | undefined;
  try {
    while (!signal.aborted) {
      const now = await look(options, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      if (now === undefined || signal.aborted) break;
      const lines = options.json ? [JSON.stringify(now.status)] : linesOf(now, before, options);
      const time = new Date().toISOString();
      if (screen) screen.draw([`${time}  Ctrl-C ends this`, '', ...lines]);
      else (options.json ? lines : [time, ...lines]).forEach(print);
      before = now;
      await pause(options.every, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    screen?.end();
  }
  return 0;
};

export const command = cliCommand({
  summary: 'Show what runs and how it does: processes, log, projections, dead letters, and how full etcd is.',
  notes: 'Exits 1 when nothing runs. With --watch it goes on until Ctrl-C; with --json too, a line each time.',
  options: {
    ...connectionOptions,
    watch: flag('--watch', 'show it again and again: redrawn on a terminal, plain lines otherwise'),
    every: withDefault('--every <TIME>', 'how often, with --watch', durationBetween('10ms', '24d'), '2s'),
    ...jsonOption,
  },
  run: async (given, context) => {
    const options = { ...given, dataDir: resolve(given.dataDir) };
    if (options.watch) return watch(options, context);
    const now = await look(options, context.signal);
    if (options.json) context.print(JSON.stringify(now.status));
    else if (now.runs) describeStatus(now.status).forEach(context.print);
    if (!now.runs) context.complain(nothingRuns(now, options));
    else if (now.missing !== undefined) context.complain(now.missing);
    return now.runs ? 0 : 1;
  },
});
