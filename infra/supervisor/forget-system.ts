import { rm } from 'node:fs/promises';
import { claimDataFolder } from './data-folder-claim.js';
import { readSystemState, stateFile } from './system-state.js';

/**
 * Removes what a killed supervisor left on record of its system, its claim on the folder too. Under a claim of its own:
 * the record may by now be that of a supervisor which has begun since, and is then left alone.
 */
export const forgetSystem = async (dataDir: string): Promise<void> => {
  if ((await readSystemState(dataDir)) === undefined) return;
  const claim = await claimDataFolder(dataDir);
  if (claim.kind === 'held') return;
  await rm(stateFile(dataDir), { force: true });
  await claim.release();
};
