import { type AccessRole, type Grant } from '../etcd/access-roles.js';
import { keyAfter } from '../etcd/key-path.js';

/** A role or user of a system: `telemetry-streamer` where its keys begin with `/telemetry/`. */
export const nameInEtcd = (prefix: string, { name }: AccessRole): string =>
  [...prefix.split('/').filter(Boolean), name].join('-');

/** For the shell, which leaves what is within single quotes as it is. */
const quoted = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const grantLine = (name: string, { access, range: { start, end } }: Grant): string => {
  const one = end === keyAfter(start);
  return `etcdctl role grant-permission ${one ? '' : '--prefix '}${quoted(name)} ${access} ${quoted(start)}`;
};

const linesOf = (name: string, { grants }: AccessRole): readonly string[] => [
  `etcdctl role add ${quoted(name)}`,
  ...grants.map((grant) => grantLine(name, grant)),
  `etcdctl user add ${quoted(name)}`,
  `etcdctl user grant-role ${quoted(name)} ${quoted(name)}`,
];

/** The commands that make these roles and a user of each; `etcdctl user add` asks for the password. */
export const etcdctlLines = (prefix: string, roles: readonly AccessRole[]): readonly string[] =>
  roles.flatMap((role) => linesOf(nameInEtcd(prefix, role), role));
