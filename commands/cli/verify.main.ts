import { resolve } from 'node:path';
import { projectionNames } from '../../domain/generation.js';
import { counted, plural } from '../../domain/quantities.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { cachedSeries, DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { waitingTime } from '../../infra/config/accepts.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { optional } from '../../infra/config/option.js';
import { readQuarantines } from '../../infra/etcd/quarantine-store.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { systemBeside } from '../../infra/supervisor/running-system.js';
import { hasSourcesThatEnd, streamersBusy } from '../../infra/supervisor/streamers-busy.js';
import { runEndsIn } from '../../projections/history/run-limits.document.js';
import { passedByLine } from '../log/quarantine-segment.js';
import { type Verdict } from '../verify/verdict.js';
import { verifySystem } from '../verify/verify-system.js';
import { patienceMs, withLog } from './with-log.main.js';

const describe = (verdict: Verdict): readonly string[] => [
  `${plural(verdict.rows, 'row')}: ${plural(verdict.events, 'event')}, ${plural(verdict.dead_letters, 'dead letter')}`,
  ...(verdict.replayed + verdict.discarded === 0
    ? []
    : [
        `of rows that were refused ${counted(verdict.replayed)} became events later, ${plural(verdict.discarded, 'was', 'were')} discarded`,
      ]),
  `folded: ${projectionNames.map((name) => `${name} ${counted(verdict.folded[name])}`).join(', ')}`,
  `${plural(verdict.clusters, 'cluster')}, ${plural(verdict.hosts, 'host')}, ${plural(verdict.gpus, 'GPU')}, ` +
    plural(verdict.records, 'record'),
  ...verdict.quarantined.map(passedByLine),
  ...(verdict.lost_events > 0 ? [`${plural(verdict.lost_events, 'event')} stood in them and cannot be read`] : []),
  ...verdict.faults,
  ...(verdict.partial ? ['Retention has deleted the beginning of the log: what is left of it was read.'] : []),
  verdict.ok ? 'Every row is an event or a dead letter, and every event is folded once.' : 'This does not add up.',
];

/** The result as other programs read it: faults, and what became of dead letters, only where there are some. */
const published = ({ faults, replayed, discarded, quarantined, lost_events, ...verdict }: Verdict) => ({
  ...verdict,
  ...(replayed > 0 && { replayed }),
  ...(discarded > 0 && { discarded }),
  ...(quarantined.length > 0 && { quarantined, lost_events }),
  ...(faults.length > 0 && { faults }),
});

/** Who has started a system just now and asks at once means all of what it reads. */
const usualWaitMs = 10_000;

const stillReading =
  'telemetry verify: sources are still being read: what was found is of a part of them. --wait TIME waits longer.';

export const command = cliCommand({
  summary: 'Check that every source row is an event or a dead letter and every event is folded once.',
  notes:
    'A dead letter that was replayed counts as events and no longer as a dead letter; a discarded one stays one.\n' +
    'Reads the whole log. Exits 1 when something does not add up, and when --wait ends before the sources have.',
  options: {
    ...connectionOptions,
    ...jsonOption,
    wait: optional(
      '--wait <TIME>',
      'first wait for sources to end and projections to catch up (default: 10s where --data-dir has a system that reads such sources, else 0s)',
      waitingTime,
    ),
  },
  run: (options, context) =>
    withLog(options, context, async (log, _identity, { client, keys }) => {
      const { signal, print, complain } = context;
      const system = () => systemBeside(resolve(options.dataDir), options.etcd);
      const waitMs = options.wait ?? (hasSourcesThatEnd(await system()) ? usualWaitMs : 0);
      const dictionaries = new DictionaryCache(cachedSeries);
      const ports = {
        log,
        snapshot: (until: AbortSignal) => takeSnapshot(client, keys, until),
        decode: (bytes: Uint8Array) => decodeSegment(bytes, dictionaries),
        runEndsIn,
        quarantines: (until: AbortSignal) => readQuarantines(client, keys, until, { patienceMs }),
        streamersBusy: async () => streamersBusy(await system()),
      };
      const { verdict, isReading } = await verifySystem(ports, waitMs, signal);
      if (options.json) print(JSON.stringify(published(verdict)));
      else describe(verdict).forEach(print);
      if (isReading) complain(stillReading);
      return verdict.ok && !isReading ? 0 : 1;
    }),
});
