import { fileURLToPath } from 'node:url';
import { right } from 'fp-ts/lib/Either.js';
import { stopSignal } from '../../infra/cli/stop-signals.js';
import { type Role } from '../../infra/supervisor/announcement.js';
import { type ChildProgram } from '../../infra/supervisor/child-program.js';
import { claimDataFolder } from '../../infra/supervisor/data-folder-claim.js';
import { copyName } from '../../infra/supervisor/copies.js';
import { nodeChild } from '../../infra/supervisor/node-child.js';
import { runSystem } from '../../infra/supervisor/run-system.js';
import { type Recruit } from '../../infra/supervisor/scale-crew.js';

/** A child of the supervisor's tests, see small-child. */
export const smallChild = (role: Role, name: string, behaviour: string, file?: string): ChildProgram =>
  nodeChild({
    ...{ role, name, env: process.env },
    script: fileURLToPath(new URL('./small-child.js', import.meta.url)),
    args: [role, name, behaviour, ...(file === undefined ? [] : [file])],
  });

/** Makes further such children. */
export const recruitSmall =
  (behaviour: string): Recruit =>
  async (role, numbers) =>
    right(numbers.map((number) => smallChild(role, copyName(role, number), behaviour)));

// Run as a program, `small-system FOLDER BEHAVIOUR`, it is a supervisor that a test can kill.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [dataDir, behaviour] = process.argv.slice(2) as [string, string];
  const signal = stopSignal(() => process.exit(1));
  const claim = await claimDataFolder(dataDir);
  if (claim.kind === 'held') throw new Error('the folder is held');
  const roles = [smallChild('streamer', 'streamer-1', behaviour), smallChild('gateway', 'gateway-1', behaviour)];
  const etcd = { endpoints: [], embedded: false };
  await runSystem(
    {
      dataDir,
      prefix: '/small/',
      etcd,
      etcdPrograms: [],
      roles,
      recruit: recruitSmall(behaviour),
      startWithinMs: 60_000,
    },
    { onNews: (line) => console.log(line), onReady: () => console.log('ready') },
    signal,
  );
  await claim.release();
}
