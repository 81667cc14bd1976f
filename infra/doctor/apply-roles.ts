import { type AccessRole } from '../etcd/access-roles.js';
import { nameInEtcd } from './etcdctl-lines.js';
import { type EtcdUsers } from './etcd-users.js';
import { roleChanges } from './role-changes.js';

export type RoleName = AccessRole['name'];

/** The passwords of the roles' users; one that is left out is left as it is, and its user not made. */
export type Passwords = Readonly<Partial<Record<RoleName, string | undefined>>>;

/** What became of a role and of its user, which has the same name. */
export interface AppliedRole {
  readonly name: string;
  readonly role: { readonly made: boolean; readonly granted: number; readonly revoked: number };
  readonly user: {
    /** `left out`: there is none, and no password to make it with. */
    readonly state: 'made' | 'there' | 'left out';
    /** `set`: it was another, or etcd, which asks nobody yet, does not tell whether it was. */
    readonly password: 'set' | 'same' | 'not given';
    readonly given_role: boolean;
    /** What it may do beside, which only whoever gave it can take back. */
    readonly other_roles: readonly string[];
  };
}

const applyRole = async (users: EtcdUsers, name: string, role: AccessRole): Promise<AppliedRole['role']> => {
  const has = await users.permissions(name);
  if (has === undefined) await users.addRole(name);
  const { grant, revoke } = roleChanges(role, has ?? []);
  for (const each of grant) await users.grant(name, each);
  for (const each of revoke) await users.revoke(name, each);
  return { made: has === undefined, granted: grant.length, revoked: revoke.length };
};

const setPassword = async (
  users: EtcdUsers,
  name: string,
  password: string | undefined,
): Promise<AppliedRole['user']['password']> => {
  if (password === undefined) return 'not given';
  if ((await users.checkPassword(name, password)) === 'same') return 'same';
  await users.changePassword(name, password);
  return 'set';
};

const applyUser = async (
  users: EtcdUsers,
  name: string,
  password: string | undefined,
): Promise<AppliedRole['user']> => {
  const has = await users.rolesOf(name);
  if (has === undefined) {
    if (password === undefined) return { state: 'left out', password: 'not given', given_role: false, other_roles: [] };
    await users.addUser(name, password);
    await users.grantRole(name, name);
    return { state: 'made', password: 'set', given_role: true, other_roles: [] };
  }
  const given_role = !has.includes(name);
  if (given_role) await users.grantRole(name, name);
  const other_roles = has.filter((role) => role !== name);
  return { state: 'there', password: await setPassword(users, name, password), given_role, other_roles };
};

/**
 * Makes roles and users as they should be, and changes nothing that is so: what is missing is granted, what a role may
 * do beyond that is taken back. Roles and users of other names are not touched.
 */
export const applyRoles = async (
  users: EtcdUsers,
  prefix: string,
  roles: readonly AccessRole[],
  passwords: Passwords,
): Promise<readonly AppliedRole[]> => {
  const applied: AppliedRole[] = [];
  for (const role of roles) {
    const name = nameInEtcd(prefix, role);
    const done = await applyRole(users, name, role);
    applied.push({ name, role: done, user: await applyUser(users, name, passwords[role.name]) });
  }
  return applied;
};

/** Whether anything was changed, as far as etcd tells. */
export const isChanged = ({ role, user }: AppliedRole): boolean =>
  role.made || role.granted + role.revoked > 0 || user.state === 'made' || user.password === 'set' || user.given_role;
