import { setTimeout as sleep } from 'node:timers/promises';
import { instantOfMillis } from '../../domain/instant.js';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { waitingTime } from '../../infra/config/accepts.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { withDefault } from '../../infra/config/option.js';
import { liveProcesses, recoverLog } from '../../infra/etcd/recover-log.js';
import { withLog } from './with-log.main.js';

const lookEveryMs = 250;

export const recover = cliCommand({
  summary: 'Declare the log recovered after etcd was restored from a backup.',
  notes:
    'Run it before anything else is started. It raises the epoch of the log: cursors of live updates from before expire,\n' +
    'and an archive that holds what the log has lost is told apart as a fork. Exits 1 while processes of the system are\n' +
    'there: stop them first. Those that a backup still names are gone when their leases have run out.',
  options: {
    ...connectionOptions,
    ...jsonOption,
    wait: withDefault('--wait <TIME>', 'how long to wait until no process is there', waitingTime, '30s'),
  },
  run: (given, context) =>
    withLog(given, context, async (_log, _identity, { client, keys }) => {
      const { signal, print, complain } = context;
      const deadline = performance.now() + given.wait;
      for (;;) {
        const live = await liveProcesses(client, keys, signal);
        if (live === 0) break;
        if (performance.now() >= deadline) {
          complain(`Processes of the system are there (${String(live)} claims and announcements): stop them first.`);
          return 1;
        }
        await sleep(lookEveryMs, undefined, { signal });
      }
      const recovered = await recoverLog(client, keys, instantOfMillis(Date.now()), signal);
      if (recovered === undefined) throw new Error('the log is no longer there');
      const after = String(recovered.recoveries?.at(-1)?.after ?? 0);
      if (given.json) print(JSON.stringify({ log_id: recovered.log_id, epoch: recovered.epoch, after }));
      else
        print(
          `The log is at epoch ${String(recovered.epoch)}, recovered after revision ${after}. Start the system again.`,
        );
      return 0;
    }),
});
