import { plural } from '../../domain/quantities.js';
import { ArchiveFault, ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { size } from '../../infra/config/accepts.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { flag, withDefault } from '../../infra/config/option.js';
import { completeFrom } from '../archive/archive-beginning.js';
import { archiveLog, type ArchivePlan } from '../archive/archive-log.js';
import { ArchiveRefused } from '../archive/archive-refused.js';
import { logNow } from './examine-archive.main.js';
import { withLog } from './with-log.main.js';

/** An archive that was begun behind what had been deleted says from where it is whole. */
const wholeText = (from: string): string =>
  from === 'none' || from === '0' ? '' : `, and holds every segment from revision ${from} on`;

export const archive = cliCommand({
  summary: 'Write the segments of the log that a folder does not hold yet to files in it.',
  args: '<DIR>',
  notes:
    'Files are written whole or not at all, and named after their revisions and their hash; a run that is cut short is\n' +
    'gone on with by the next. Where the old end of the log has been deleted it begins at what is left, and says from\n' +
    'where it is whole. Nothing is ever deleted from the log by it. Exits 1 when the archive is not whole, is of\n' +
    'another log or a fork of this one, when the disk is full, and at a segment that cannot be read.',
  options: {
    ...connectionOptions,
    ...jsonOption,
    fileSize: withDefault('--file-size <SIZE>', 'segments that make a file', size, '16MiB'),
    check: flag('--check', 'first check every file that is there by its hash, not the last alone'),
  },
  run: (given, context) =>
    withLog(given, context, async (log, identity, store) => {
      const { signal, complain, print, args } = context;
      const folder = new ArchiveFolder(args[0]!);
      const plan: ArchivePlan = {
        archive: folder,
        log,
        now: (until) => logNow(store, identity, until),
        fileBytes: given.fileSize,
        check: async (name) => {
          if (given.check) await folder.read(name);
        },
        wrote: ({ to, segments }) => complain(`${plural(segments, 'segment')} up to revision ${String(to)}`),
      };
      try {
        const report = await archiveLog(plan, signal);
        const { files, segments, bytes, through } = report;
        const from = String((await completeFrom(plan.archive)) ?? 'none');
        if (given.json) print(JSON.stringify({ ...report, complete_from: from === 'none' ? null : from }));
        else
          print(
            `${plural(segments, 'segment')} in ${plural(files, 'new file')}, ${plural(bytes, 'byte')}; the archive reaches revision ${through ?? 'none'}${wholeText(from)}`,
          );
        return 0;
      } catch (error) {
        if (!(error instanceof ArchiveRefused || error instanceof ArchiveFault)) throw error;
        complain(error instanceof ArchiveRefused ? `${args[0]!}: ${error.message}.` : `${error.message}.`);
        return 1;
      }
    }),
});
