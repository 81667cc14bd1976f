import { resolve } from 'node:path';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { connectionOptions, dataDirOption, jsonOption } from '../../infra/config/common-options.js';
import { flag } from '../../infra/config/option.js';
import { type Check } from '../../infra/doctor/check.js';
import { etcdctlLines } from '../../infra/doctor/etcdctl-lines.js';
import { examine } from '../../infra/doctor/examine.js';
import { accessRoles } from '../../infra/etcd/access-roles.js';
import { Keys } from '../../infra/etcd/keys.js';

const marks: Readonly<Record<Check['state'], string>> = { ok: 'ok', warning: 'note', failed: 'LACKS' };

const line = ({ state, name, found, mend }: Check): string =>
  `${marks[state].padEnd(6)} ${name.padEnd(12)} ${found}${mend === undefined ? '' : `\n${' '.repeat(20)}→ ${mend}`}`;

const rolesOfEtcd = (prefix: string): readonly string[] => [
  `# Roles and users of etcd for telemetry below ${prefix}. Each user is asked a password for; processes have them as`,
  '# TELEMETRY_ETCD_USERNAME and TELEMETRY_ETCD_PASSWORD (or _FILE). etcd asks who asks after: etcdctl auth enable',
  ...etcdctlLines(prefix, accessRoles(new Keys(prefix))),
];

export const command = cliCommand({
  summary: 'Say what this machine has and lacks, with the command that mends it.',
  notes: 'Exits 1 when something lacks without which telemetry cannot run.',
  options: {
    ...{ ...dataDirOption, ...jsonOption, prefix: connectionOptions.prefix },
    etcdRoles: flag(
      '--etcd-roles',
      'print the etcdctl lines that give each role no more than it needs, and nothing else',
    ),
  },
  run: async ({ dataDir, json, prefix, etcdRoles }, { environment, print }) => {
    if (etcdRoles) {
      if (json) print(JSON.stringify({ roles: accessRoles(new Keys(prefix)) }));
      else rolesOfEtcd(prefix).forEach(print);
      return 0;
    }
    const checks = await examine(environment, resolve(dataDir));
    const healthy = checks.every(({ state }) => state !== 'failed');
    if (json) print(JSON.stringify({ ok: healthy, checks }));
    else checks.map(line).forEach(print);
    return healthy ? 0 : 1;
  },
});
