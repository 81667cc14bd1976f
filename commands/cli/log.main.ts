import { cliCommand, cliGroup } from '../../infra/cli/cli-command.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { readHorizons } from '../../infra/etcd/horizons.js';
import { readQuarantines } from '../../infra/etcd/quarantine-store.js';
import { logStats } from '../log/log-stats.js';
import { passedByLine } from '../log/quarantine-segment.js';
import { verifyLog } from '../log/verify-log.js';
import { exporting, read } from './log-read.main.js';
import { archive } from './log-archive.main.js';
import { quarantine } from './log-quarantine.main.js';
import { recover } from './log-recover.main.js';
import { trim } from './log-trim.main.js';
import { patienceMs, withLog } from './with-log.main.js';

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

const verify = cliCommand({
  summary: 'Check that every segment can be read, sequences have no gaps and batches are complete.',
  notes: 'Exits 1 when something is wrong, and names the keys.',
  options,
  run: (given, context) =>
    withLog(given, context, async (log, _, { client, keys }) => {
      const horizons = async (signal: AbortSignal) =>
        (await readHorizons(client, keys, signal, { patienceMs })).horizons;
      const quarantines = await readQuarantines(client, keys, context.signal);
      const verdict = await verifyLog(log, context.signal, horizons, quarantines.values());
      if (given.json) context.print(JSON.stringify(verdict));
      else {
        verdict.quarantined?.map(passedByLine).forEach(context.print);
        verdict.faults.forEach(context.print);
        const checked = `${String(verdict.events)} events in ${String(verdict.segments)} segments`;
        context.print(
          verdict.ok ? `${checked}: nothing is wrong` : `${checked}: ${String(verdict.faults.length)} faults`,
        );
      }
      return verdict.ok ? 0 : 1;
    }),
});

export const command = cliGroup('The log: what it holds, and whether it is whole.', {
  stats,
  read,
  export: exporting,
  verify,
  quarantine,
  archive,
  trim,
  recover,
});
