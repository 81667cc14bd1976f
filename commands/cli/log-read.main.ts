import { SourceId } from '../../domain/ids.js';
import { formatInstant, type Instant, parseInstant } from '../../domain/instant.js';
import { metricOfField } from '../../domain/metrics.js';
import { ArchiveFault, ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { cliCommand, type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { type Accepts, accepts, oneOf, text, wholeNumber } from '../../infra/config/accepts.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { type ConnectionOptions } from '../../infra/config/etcd-connection.js';
import { flag, list, optional, withDefault } from '../../infra/config/option.js';
import { ArchiveRefused } from '../archive/archive-refused.js';
import { archivedLog } from '../archive/archived-log.js';
import { partedWays } from '../archive/fork.js';
import { ofLog } from '../archive/of-log.js';
import { type EventFilter } from '../log/event-filter.js';
import { exportCsv } from '../log/export-csv.js';
import { readLog } from '../log/read-log.js';
import { type WalkedLog } from '../log/walk-log.js';
import { logNow } from './examine-archive.main.js';
import { printed, withLog } from './with-log.main.js';

const instant: Accepts<Instant> = accepts('a time like 2025-07-18T20:42:34Z', parseInstant);
const metric: Accepts<string> = accepts('a DCGM name, or a field like gpu_utilization', (name) =>
  name === '' ? undefined : (metricOfField(name)?.metric ?? name),
);
const sourceId: Accepts<SourceId> = accepts('the 32 hexadecimal digits of a source', (id) =>
  SourceId.is(id) ? id : undefined,
);

const filterOptions = {
  source: list('--source <ID...>', 'only events of these sources, by their ids', sourceId),
  pass: optional('--pass <N>', 'only this pass over the source, from 0', wholeNumber(0, Number.MAX_SAFE_INTEGER)),
  hostname: optional('--hostname <NAME>', 'only events of this host', text),
  metric: optional('--metric <NAME>', 'only this metric', metric),
  start: optional('--start <TIME>', 'only from this time of observation on', instant),
  archive: optional('--archive <DIR>', 'read this archive and the log as one', text),
  end: optional('--end <TIME>', 'only up to this time of observation', instant),
};

const badRange = ({ start, end }: EventFilter): string | undefined =>
  start !== undefined && end !== undefined && start > end
    ? `--start is later than --end ${formatInstant(end)}`
    : undefined;

/** The log, with an archive of it where one is named. */
const withWholeLog = (
  given: ConnectionOptions & { readonly archive: string | undefined },
  context: CliContext,
  run: (log: WalkedLog) => Promise<ExitCode>,
): Promise<ExitCode> =>
  withLog(given, context, async (log, identity, store) => {
    if (given.archive === undefined) return run(log);
    const folder = new ArchiveFolder(given.archive);
    try {
      const now = await logNow(store, identity, context.signal);
      const fork = await partedWays(folder, log, now, context.signal);
      if (fork === undefined)
        return await run(
          archivedLog(
            ofLog(folder, () => identity),
            log,
          ),
        );
      context.complain(`${given.archive}: ${fork}.`);
      return 1;
    } catch (error) {
      if (!(error instanceof ArchiveFault || error instanceof ArchiveRefused)) throw error;
      context.complain(`${error.message}.`);
      return 1;
    }
  });

/** Prints events as JSON, one a line. */
const printEvents = async (log: WalkedLog, filter: EventFilter, context: CliContext): Promise<ExitCode> => {
  let code: ExitCode = 0;
  for await (const found of readLog(log, filter, context.signal)) {
    if (found.kind === 'event') await printed(JSON.stringify(found.row), context);
    else {
      context.complain(`${found.key}: ${found.reason}`);
      code = 1;
    }
  }
  return code;
};

const printCsv = async (log: WalkedLog, filter: EventFilter, safe: boolean, context: CliContext): Promise<ExitCode> => {
  let code: ExitCode = 0;
  for await (const found of exportCsv(log, filter, safe, context.signal)) {
    if (found.kind === 'line') await printed(found.text, context);
    else {
      context.complain(`${found.key}: ${found.reason}`);
      code = 1;
    }
  }
  return code;
};

export const read = cliCommand({
  summary: 'Print the events of the log in its order, one JSON object a line.',
  notes: 'Every column stands as the source wrote it. Exits 1 when a segment could not be read.',
  options: { ...connectionOptions, ...jsonOption, ...filterOptions },
  run: async (given, context) => {
    const wrong = badRange(given);
    if (wrong !== undefined) {
      context.complain(wrong);
      return 2;
    }
    return withWholeLog(given, context, (log) => printEvents(log, given, context));
  },
});

export const exporting = cliCommand({
  summary: 'Write the events of the log to standard output as CSV or as JSON lines.',
  notes:
    'CSV has the very columns of the sources, each text as it was written: streamed again it gives the same events.\n' +
    'Sources of different headers come in the long form; of rows that were streamed several times choose one by --pass.\n' +
    'Such a file may hold texts that a spreadsheet program takes for formulas. With --spreadsheet an apostrophe goes\n' +
    'before these, and before texts that begin with one: without the first apostrophe each text is what it was.\n' +
    'Exits 1 when a segment could not be read.',
  options: {
    ...connectionOptions,
    ...filterOptions,
    format: withDefault('--format <FORMAT>', 'csv or ndjson', oneOf('csv', 'ndjson'), 'csv'),
    spreadsheet: flag('--spreadsheet', 'guard against formulas, for a spreadsheet program'),
  },
  run: async (given, context) => {
    const guardsJson = given.format === 'ndjson' && given.spreadsheet;
    const wrong = guardsJson ? '--spreadsheet is for --format csv' : badRange(given);
    if (wrong !== undefined) {
      context.complain(wrong);
      return 2;
    }
    return withWholeLog(given, context, (log) =>
      given.format === 'csv' ? printCsv(log, given, given.spreadsheet, context) : printEvents(log, given, context),
    );
  },
});
