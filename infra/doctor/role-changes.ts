import { type AccessRole, type Grant } from '../etcd/access-roles.js';
import { keyAfter, type KeyRange } from '../etcd/key-path.js';

/** What etcd keeps of a grant. */
export type Permission = Pick<Grant, 'range'> & { readonly access: 'read' | 'write' | 'readwrite' };

/** What a role lacks, and what it has beyond what it needs. */
export interface RoleChanges {
  readonly grant: readonly Grant[];
  readonly revoke: readonly KeyRange[];
}

const isSame = (one: KeyRange, other: KeyRange): boolean => one.start === other.start && one.end === other.end;

/** etcd keeps one permission for a range: to grant another takes its place. */
export const roleChanges = ({ grants }: AccessRole, has: readonly Permission[]): RoleChanges => ({
  grant: grants.filter(({ access, range }) => !has.some((one) => one.access === access && isSame(one.range, range))),
  revoke: has.map(({ range }) => range).filter((range) => !grants.some((grant) => isSame(grant.range, range))),
});

/** The end of a range as etcd takes it: none where it is one key. */
export const rangeEnd = ({ start, end }: KeyRange): string => (end === keyAfter(start) ? '' : end);

/** The range that etcd tells by this key and end. */
export const rangeOf = (start: string, end: string): KeyRange => ({ start, end: end === '' ? keyAfter(start) : end });
