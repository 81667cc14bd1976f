import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { stopSignal } from '../../infra/cli/stop-signals.js';
import { whenAborted } from '../../infra/cli/when-aborted.js';
import { announceFinal, announceProgress, announceReady } from '../../infra/supervisor/announce.js';
import { type Role } from '../../infra/supervisor/announcement.js';

// A real child for the supervisor's tests: `small-child ROLE NAME BEHAVIOUR [FILE]`.
const [role, name, behaviour, file] = process.argv.slice(2) as [Role, string, string, string?];

const signal = stopSignal(() => process.exit(1));
console.log(`${name} says hello`);
const awake = setInterval(() => undefined, 60_000);

// Before it says that it is ready: the signal may come at once.
if (behaviour === 'ends for good on SIGUSR2') {
  process.once('SIGUSR2', () => {
    announceFinal();
    process.exit(1);
  });
}
switch (behaviour) {
  case 'crashes':
    process.exit(1);
    break;
  case 'is misused':
    process.exit(2);
    break;
  case 'never gets ready':
    break;
  default:
    announceReady({ role, name, addresses: [`http://${name}.test`] });
    announceProgress({ rate: 42, events_per_second: 7 });
}
if (behaviour === 'finishes') process.exit(0);
if (behaviour === 'is refused its sources') {
  announceProgress({ failed_sources: [{ message: 'bad.csv: no column uuid' }] });
  announceFinal(['bad.csv: no column uuid']);
  process.exitCode = 1;
  process.disconnect();
  clearInterval(awake);
}
if (behaviour === 'does not stop') {
  process.removeAllListeners('SIGTERM').on('SIGTERM', () => undefined);
  process.removeAllListeners('disconnect');
} else {
  await whenAborted(signal);
  if (behaviour === 'takes its time to stop') await pause(500);
  if (file !== undefined) appendFileSync(file, `${name}\n`);
  clearInterval(awake);
}
