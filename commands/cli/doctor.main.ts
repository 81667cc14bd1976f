import { resolve } from 'node:path';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { flag } from '../../infra/config/option.js';
import { type Check } from '../../infra/doctor/check.js';
import { examine } from '../../infra/doctor/examine.js';
import { makeRoles, printRoles, rolePasswordOptions } from './etcd-roles.main.js';

const marks: Readonly<Record<Check['state'], string>> = { ok: 'ok', warning: 'note', failed: 'LACKS' };

const line = ({ state, name, found, mend }: Check): string =>
  `${marks[state].padEnd(6)} ${name.padEnd(12)} ${found}${mend === undefined ? '' : `\n${' '.repeat(20)}→ ${mend}`}`;

export const command = cliCommand({
  summary: 'Say what this machine has and lacks, with the command that mends it.',
  notes:
    'Exits 1 when something lacks without which telemetry cannot run. With --etcd-roles --apply, as root where etcd asks\n' +
    'for users, it makes the roles and users in etcd, and changes nothing the second time; whose password is not given is\n' +
    'not made.',
  options: {
    ...connectionOptions,
    ...jsonOption,
    etcdRoles: flag(
      '--etcd-roles',
      'print the etcdctl lines that give each role no more than it needs, and nothing else',
    ),
    apply: flag('--apply', 'with --etcd-roles: do it, in the etcd that --etcd names, and tell what was done'),
    ...rolePasswordOptions,
  },
  run: async (options, context) => {
    const { dataDir, json, prefix, etcdRoles, apply } = options;
    const { environment, print, complain } = context;
    if (apply && !etcdRoles) {
      complain('doctor: --apply goes with --etcd-roles.');
      return 2;
    }
    if (apply) return makeRoles(options, context);
    if (etcdRoles) {
      printRoles(prefix, json, context);
      return 0;
    }
    const checks = await examine(environment, resolve(dataDir));
    const healthy = checks.every(({ state }) => state !== 'failed');
    if (json) print(JSON.stringify({ ok: healthy, checks }));
    else checks.map(line).forEach(print);
    return healthy ? 0 : 1;
  },
});
