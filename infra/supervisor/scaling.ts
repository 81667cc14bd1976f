import { type Role } from './announcement.js';
import { type Copies, copyName, fewestCopies, mostCopies, type ScalableRole, scalableRoles } from './copies.js';

/** What changes for one role. */
export interface RoleScaling {
  readonly role: ScalableRole;
  readonly from: number;
  readonly to: number;
  /** The numbers of the copies that are started. */
  readonly starts: readonly number[];
  /** The names of the copies that are stopped: those that do not run before those that do, the newest first. */
  readonly stops: readonly string[];
  /** The names of the copies that have failed and are taken off the record; their numbers are free again. */
  readonly removes: readonly string[];
}

interface Present {
  readonly role: Role;
  readonly name: string;
  /** As `ChildState`; of a supervisor of another version, maybe another. */
  readonly state: string;
}

/** The steps from what is there, in the order in which it was started, to what is wanted. */
export const planScaling = (present: readonly Present[], wanted: Copies): readonly RoleScaling[] =>
  scalableRoles.flatMap((role) => {
    const to = wanted[role];
    return to === undefined
      ? []
      : [
          planRole(
            role,
            present.filter((process) => process.role === role),
            to,
          ),
        ];
  });

/** What can be done without first; a streamer that has done its work is a copy like others, but does nothing any more. */
const dispensable: Readonly<Record<string, number>> = { ended: 3, restarting: 2, starting: 1 };

const planRole = (role: ScalableRole, present: readonly Present[], to: number): RoleScaling => {
  const counted = present.filter(({ state }) => state !== 'failed');
  const names = counted.map(({ name }) => name);
  const free = Array.from({ length: mostCopies * 2 }, (_, index) => index + 1).filter(
    (number) => !names.includes(copyName(role, number)),
  );
  const stops = [...counted]
    .reverse()
    .sort((one, other) => (dispensable[other.state] ?? 0) - (dispensable[one.state] ?? 0))
    .slice(0, Math.max(0, counted.length - to));
  return {
    ...{ role, from: counted.length, to },
    starts: free.slice(0, Math.max(0, to - counted.length)),
    stops: stops.map(({ name }) => name),
    removes: present.filter(({ state }) => state === 'failed').map(({ name }) => name),
  };
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
export const describeScaling = ({ role, from, to, starts, stops, removes }: RoleScaling): string => {
  const change = starts.length + stops.length === 0 ? `${String(to)} as before` : `${String(from)} → ${String(to)}`;
  const what = [
    ...(starts.length > 0 ? [`starting ${starts.map((number) => copyName(role, number)).join(', ')}`] : []),
    ...(stops.length > 0 ? [`stopping ${stops.join(', ')}`] : []),
    ...(removes.length > 0
      ? [`forgetting ${removes.join(', ')}, which ${removes.length > 1 ? 'have' : 'has'} failed`]
      : []),
  ];
  return [`${role}: ${change}`, ...what].join(', ');
};
