import { isLeft } from 'fp-ts/lib/Either.js';
import { type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { etcdConnection, type ConnectionOptions } from '../../infra/config/etcd-connection.js';
import { environmentName, secret } from '../../infra/config/option.js';
import { applyRoles, isChanged, type Passwords, type RoleName } from '../../infra/doctor/apply-roles.js';
import { describeApplied } from '../../infra/doctor/describe-applied.js';
import { asksNobody, EtcdUsers } from '../../infra/doctor/etcd-users.js';
import { etcdctlLines } from '../../infra/doctor/etcdctl-lines.js';
import { accessRoles } from '../../infra/etcd/access-roles.js';
import { createClient, current, type EtcdAddress } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { EtcdError } from '../../infra/etcd/persistently.js';

/** The passwords that users are made with. */
export const rolePasswordOptions = {
  etcdStreamerPassword: secret('password for the user of streamers, with --apply'),
  etcdCollectorPassword: secret('password for the user of collectors, with --apply'),
  etcdGatewayPassword: secret('password for the user of gateways, with --apply'),
  etcdOperatorPassword: secret('password for the user of operator commands, with --apply'),
};

const optionOf = {
  streamer: 'etcdStreamerPassword',
  collector: 'etcdCollectorPassword',
  gateway: 'etcdGatewayPassword',
  operator: 'etcdOperatorPassword',
} as const satisfies Record<RoleName, keyof typeof rolePasswordOptions>;

type RolePasswords = Readonly<Record<keyof typeof rolePasswordOptions, string | undefined>>;

/** Prints the lines that make the roles by hand. */
export const printRoles = (prefix: string, asJson: boolean, { print }: CliContext): void => {
  const roles = accessRoles(new Keys(prefix));
  if (asJson) return print(JSON.stringify({ roles }));
  for (const line of [
    `# Roles and users of etcd for telemetry below ${prefix}. Each user is asked a password for; processes have them as`,
    '# TELEMETRY_ETCD_USERNAME and TELEMETRY_ETCD_PASSWORD (or _FILE). etcd asks who asks after: etcdctl auth enable',
    ...etcdctlLines(prefix, roles),
  ])
    print(line);
};

/** With the user that was named, or as nobody where etcd asks nobody yet. */
const withUsers = async <A>(
  address: EtcdAddress,
  signal: AbortSignal,
  run: (users: EtcdUsers, asksForUsers: boolean) => Promise<A>,
): Promise<A> => {
  const { user, ...anybody } = address;
  const open = createClient(anybody);
  try {
    const asking = await new EtcdUsers(open, signal).checkPassword(
      user?.username ?? 'root',
      user ? current(user.password) : '',
    );
    if (asking === 'not told') return await run(new EtcdUsers(open, signal), false);
  } finally {
    open.close();
  }
  const signedOn = createClient(address);
  try {
    return await run(new EtcdUsers(signedOn, signal), true);
  } finally {
    signedOn.close();
  }
};

const passwordsOf = (options: RolePasswords): Passwords =>
  Object.fromEntries(Object.entries(optionOf).map(([role, option]) => [role, options[option]]));

/** Makes the roles and users in etcd. A second time it changes nothing. */
export const makeRoles = async (
  options: ConnectionOptions & RolePasswords & { readonly json: boolean },
  { signal, print, complain }: CliContext,
): Promise<ExitCode> => {
  const address = await etcdConnection(options, signal);
  if (isLeft(address)) {
    complain(address.left);
    return 1;
  }
  const roles = accessRoles(new Keys(options.prefix));
  try {
    return await withUsers<ExitCode>(address.right, signal, async (users, asksForUsers) => {
      const applied = await applyRoles(users, options.prefix, roles, passwordsOf(options));
      if (options.json) {
        print(JSON.stringify({ asks_for_users: asksForUsers, changed: applied.some(isChanged), roles: applied }));
        return 0;
      }
      const variable = (index: number): string => environmentName(optionOf[roles[index]!.name]);
      applied.flatMap((one, index) => describeApplied(one, variable(index))).forEach(print);
      const changed = applied.filter(isChanged).length;
      print(changed === 0 ? 'Nothing was changed.' : `${String(changed)} of ${String(roles.length)} were changed.`);
      if (!asksForUsers)
        print('etcd asks nobody who they are yet: make a user root with the role root, then etcdctl auth enable');
      return 0;
    });
  } catch (error) {
    if (!(error instanceof EtcdError) || error.failure.kind !== 'refused' || asksNobody(error)) throw error;
    complain(
      `doctor: ${error.message}. Only root may make roles and users: --etcd-username root, with TELEMETRY_ETCD_PASSWORD.`,
    );
    return 1;
  }
};
