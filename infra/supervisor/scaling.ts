import { type Role } from './announcement.js';
import { type Copies, copyName, fewestCopies, mostCopies, type ScalableRole, scalableRoles } from './copies.js';

/** What changes for one role. */
export interface RoleScaling {
  readonly role: ScalableRole;
  readonly from: number;
  readonly to: number;
  /** The numbers of the copies that are started. */
  readonly starts: readonly number[];
  /** The names of the copies that are stopped, the newest first. */
  readonly stops: readonly string[];
}

interface Present {
  readonly role: Role;
  readonly name: string;
}

/** The steps from what is there, in the order in which it was started, to what is wanted. */
export const planScaling = (present: readonly Present[], wanted: Copies): readonly RoleScaling[] =>
  scalableRoles.flatMap((role) => {
    const to = wanted[role];
    const names = present.filter((process) => process.role === role).map(({ name }) => name);
    return to === undefined ? [] : [planRole(role, names, to)];
  });

const planRole = (role: ScalableRole, names: readonly string[], to: number): RoleScaling => {
  const free = Array.from({ length: mostCopies * 2 }, (_, index) => index + 1).filter(
    (number) => !names.includes(copyName(role, number)),
  );
  const starts = free.slice(0, Math.max(0, to - names.length));
  return { role, from: names.length, to, starts, stops: names.slice(to).reverse() };
};

/** Why a number of copies is not accepted; undefined when all are. */
export const refusedCopies = (wanted: Copies): string | undefined => {
  const bad = scalableRoles.filter((role) => {
    const count = wanted[role];
    return count !== undefined && !(Number.isInteger(count) && count >= fewestCopies[role] && count <= mostCopies);
  });
  if (bad.length === 0) return undefined;
  return bad
    .map((role) => `${role}=${String(wanted[role])} is not from ${String(fewestCopies[role])} to ${String(mostCopies)}`)
    .join(', ');
};

/** `gateway: 1 → 3, starting gateway-2 and gateway-3`: a line for people. */
export const describeScaling = ({ role, from, to, starts, stops }: RoleScaling): string => {
  const what = [
    ...(starts.length > 0 ? [`starting ${starts.map((number) => copyName(role, number)).join(', ')}`] : []),
    ...(stops.length > 0 ? [`stopping ${stops.join(', ')}`] : []),
  ];
  return what.length === 0
    ? `${role}: ${String(to)} as before`
    : `${role}: ${String(from)} → ${String(to)}, ${what.join(', ')}`;
};
