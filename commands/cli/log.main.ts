import { isLeft } from 'fp-ts/lib/Either.js';
import { formatInstant, type Instant, parseInstant } from '../../domain/instant.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type LogReader } from '../../domain/log-entry.js';
import { cliCommand, cliGroup, type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { type Accepts, accepts, text } from '../../infra/config/accepts.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { type ConnectionOptions } from '../../infra/config/etcd-connection.js';
import { type OpenStore, openStore } from '../../infra/config/open-store.js';
import { optional } from '../../infra/config/option.js';
import { readHorizons } from '../../infra/etcd/horizons.js';
import { readLogIdentity } from '../../infra/etcd/log-identity-store.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { logStats } from '../log/log-stats.js';
import { readLog } from '../log/read-log.js';
import { verifyLog } from '../log/verify-log.js';

const patienceMs = 10_000;

const withLog = async (
  options: ConnectionOptions,
  { complain, signal }: CliContext,
  run: (log: LogReader, identity: LogIdentity, store: OpenStore) => Promise<ExitCode>,
): Promise<ExitCode> => {
  const store = await openStore(options);
  if (isLeft(store)) {
    complain(store.left);
    return 1;
  }
  const { client, keys } = store.right;
  try {
    const identity = await readLogIdentity(client, keys, signal, { patienceMs });
    if (identity === undefined) {
      complain(`There is no log below ${keys.prefix}. A streamer creates it: telemetry stream FILE.`);
      return 1;
    }
    const code = await run(new EtcdLogReader(client, keys, identity.partitions), identity, store.right);
    signal.throwIfAborted();
    return code;
  } finally {
    client.close();
  }
};

const options = { ...connectionOptions, ...jsonOption };

const stats = cliCommand({
  summary: 'Count the segments, events and bytes of the log by reading all of it.',
  options,
  run: (given, context) =>
    withLog(given, context, async (log, { partitions }) => {
      const counted = await logStats(log, partitions, context.signal);
      const { segments, events, bytes, oldest, newest, unreadable } = counted;
      const perEvent = events === 0 ? '' : ` (${(bytes / events).toFixed(2)} an event)`;
      if (given.json) context.print(JSON.stringify(counted));
      else {
        context.print(`${String(events)} events in ${String(segments)} segments of ${String(partitions)} partitions`);
        context.print(`${String(bytes)} bytes${perEvent}`);
        if (oldest !== null) context.print(`appended from ${oldest} to ${newest ?? oldest}`);
      }
      unreadable.forEach(context.complain);
      return 0;
    }),
});

const instant: Accepts<Instant> = accepts('a time like 2025-07-18T20:42:34Z', parseInstant);

const read = cliCommand({
  summary: 'Print the events of the log in its order, one JSON object a line.',
  notes: 'Every column stands as the source wrote it. Exits 1 when a segment could not be read.',
  options: {
    ...connectionOptions,
    ...jsonOption,
    hostname: optional('--hostname <NAME>', 'only events of this host', text),
    metric: optional('--metric <NAME>', 'only this metric, by its DCGM name', text),
    start: optional('--start <TIME>', 'only from this time of observation on', instant),
    end: optional('--end <TIME>', 'only up to this time of observation', instant),
  },
  run: (given, context) =>
    withLog(given, context, async (log) => {
      let code: ExitCode = 0;
      if (given.start !== undefined && given.end !== undefined && given.start > given.end) {
        context.complain(`--start is later than --end ${formatInstant(given.end)}`);
        return 2;
      }
      for await (const found of readLog(log, given, context.signal)) {
        if (found.kind === 'event') await printed(JSON.stringify(found.row), context);
        else {
          context.complain(`${found.key}: ${found.reason}`);
          code = 1;
        }
      }
      return code;
    }),
});

/** Waits for a reader of our output that is slower than we are. */
const printed = async (line: string, { print }: CliContext): Promise<void> => {
  print(line);
  if (process.stdout.writableNeedDrain) await new Promise((resolve) => process.stdout.once('drain', resolve));
};

const verify = cliCommand({
  summary: 'Check that every segment can be read, sequences have no gaps and batches are complete.',
  notes: 'Exits 1 when something is wrong, and names the keys.',
  options,
  run: (given, context) =>
    withLog(given, context, async (log, _, { client, keys }) => {
      const horizons = async (signal: AbortSignal) =>
        (await readHorizons(client, keys, signal, { patienceMs })).horizons;
      const verdict = await verifyLog(log, context.signal, horizons);
      if (given.json) context.print(JSON.stringify(verdict));
      else {
        verdict.faults.forEach(context.print);
        const checked = `${String(verdict.events)} events in ${String(verdict.segments)} segments`;
        context.print(
          verdict.ok ? `${checked}: nothing is wrong` : `${checked}: ${String(verdict.faults.length)} faults`,
        );
      }
      return verdict.ok ? 0 : 1;
    }),
});

export const command = cliGroup('The log: what it holds, and whether it is whole.', { stats, read, verify });
