import { resolve } from 'node:path';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { dataDirOption, jsonOption } from '../../infra/config/common-options.js';
import { type Check } from '../../infra/doctor/check.js';
import { examine } from '../../infra/doctor/examine.js';

const marks: Readonly<Record<Check['state'], string>> = { ok: 'ok', warning: 'note', failed: 'LACKS' };

const line = ({ state, name, found, mend }: Check): string =>
  `${marks[state].padEnd(6)} ${name.padEnd(12)} ${found}${mend === undefined ? '' : `\n${' '.repeat(20)}→ ${mend}`}`;

export const command = cliCommand({
  summary: 'Say what this machine has and lacks, with the command that mends it.',
  notes: 'Exits 1 when something lacks without which telemetry cannot run.',
  options: { ...dataDirOption, ...jsonOption },
  run: async ({ dataDir, json }, { environment, print }) => {
    const checks = await examine(environment, resolve(dataDir));
    const healthy = checks.every(({ state }) => state !== 'failed');
    if (json) print(JSON.stringify({ ok: healthy, checks }));
    else checks.map(line).forEach(print);
    return healthy ? 0 : 1;
  },
});
