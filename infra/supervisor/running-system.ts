import { isRight } from 'fp-ts/lib/Either.js';
import { isRunning } from '../processes/process-identity.js';
import { sendOrder } from './control.js';
import { readSystemState, SystemState } from './system-state.js';

/**
 * The state of the system on a data folder, asked of its supervisor; from the state file when a living supervisor does
 * not answer; undefined when none is alive.
 */
export const runningSystem = async (dataDir: string): Promise<SystemState | undefined> => {
  const recorded = await readSystemState(dataDir);
  if (recorded === undefined || !(await isRunning(recorded.supervisor))) return undefined;
  const answered = SystemState.decode(await sendOrder(recorded.control, { order: 'status' }));
  return isRight(answered) ? answered.right : withoutSilence(recorded);
};

/**
 * The same for who has named an etcd: whoever works with that need not be let into a data folder that happens to be
 * here.
 */
export const systemBeside = async (
  dataDir: string,
  etcd: readonly string[] | undefined,
): ReturnType<typeof runningSystem> =>
  runningSystem(dataDir).catch((error: unknown) => {
    if (etcd === undefined) throw error;
    return undefined;
  });

/** For how long something had been silent when it was written is not for how long it is. */
const withoutSilence = (recorded: SystemState): SystemState => ({
  ...recorded,
  processes: recorded.processes.map(({ silent_seconds: _, ...process }) => process),
});
