import { type Etcd3, EtcdAuthenticationFailedError } from 'etcd3';
import { messageOf } from '../../domain/error-message.js';
import { type Grant } from '../etcd/access-roles.js';
import { type KeyRange } from '../etcd/key-path.js';
import { persistently } from '../etcd/persistently.js';
import { type Permission, rangeEnd, rangeOf } from './role-changes.js';

/** Milliseconds that failures of etcd are borne. */
const patienceMs = 10_000;

/** Whether a password is that of a user; an etcd that asks nobody who they are does not tell. */
export type PasswordCheck = 'same' | 'another' | 'not told';

const kinds = { Read: 'read', Write: 'write', Readwrite: 'readwrite' } as const;

/** Undefined for an answer that says this. */
const unless = <A>(said: string, call: Promise<A>): Promise<A | undefined> =>
  call.catch((error: unknown) => {
    if (messageOf(error).includes(said)) return undefined;
    throw error;
  });

/** What was tried again after its answer was lost may have been done. */
const isThere = 'name already exists';
const isGone = 'permission is not granted to the role';

/** Whether this is what an etcd says that asks nobody who they are, to somebody who tells. */
export const asksNobody = (error: unknown): boolean => messageOf(error).includes('authentication is not enabled');

/** The users and roles of an etcd. Every call throws an EtcdError when etcd refuses it or does not answer for 10 s. */
export class EtcdUsers {
  constructor(
    private readonly client: Etcd3,
    private readonly signal: AbortSignal,
  ) {}

  #call<A>(call: () => Promise<A>): Promise<A> {
    return persistently(this.signal, call, { patienceMs });
  }

  /** Undefined where there is no such role. */
  async permissions(role: string): Promise<readonly Permission[] | undefined> {
    const { auth } = this.client;
    const reply = await this.#call(() => unless('role name not found', auth.roleGet({ role })));
    return reply?.perm.map(({ permType, key, range_end: end }) => ({
      access: kinds[permType],
      range: rangeOf(key.toString('utf8'), end.toString('utf8')),
    }));
  }

  /** Undefined where there is no such user. */
  async rolesOf(user: string): Promise<readonly string[] | undefined> {
    const { auth } = this.client;
    const reply = await this.#call(() => unless('user name not found', auth.userGet({ name: user })));
    return reply?.roles;
  }

  checkPassword(name: string, password: string): Promise<PasswordCheck> {
    return this.#call(() =>
      this.client.auth.authenticate({ name, password }).then(
        () => 'same',
        (error: unknown) => {
          if (asksNobody(error)) return 'not told';
          if (error instanceof EtcdAuthenticationFailedError) return 'another';
          throw error;
        },
      ),
    );
  }

  async addRole(name: string): Promise<void> {
    await this.#call(() => unless(isThere, this.client.auth.roleAdd({ name })));
  }

  async grant(name: string, { access, range }: Grant): Promise<void> {
    const perm = {
      permType: access === 'read' ? ('Read' as const) : ('Readwrite' as const),
      key: Buffer.from(range.start),
      range_end: Buffer.from(rangeEnd(range)),
    };
    await this.#call(() => this.client.auth.roleGrantPermission({ name, perm }));
  }

  async revoke(role: string, range: KeyRange): Promise<void> {
    const keys = { key: Buffer.from(range.start), range_end: Buffer.from(rangeEnd(range)) };
    await this.#call(() => unless(isGone, this.client.auth.roleRevokePermission({ role, ...keys })));
  }

  async addUser(name: string, password: string): Promise<void> {
    await this.#call(() => unless(isThere, this.client.auth.userAdd({ name, password })));
  }

  async changePassword(name: string, password: string): Promise<void> {
    await this.#call(() => this.client.auth.userChangePassword({ name, password }));
  }

  async grantRole(user: string, role: string): Promise<void> {
    await this.#call(() => this.client.auth.userGrantRole({ user, role }));
  }
}
