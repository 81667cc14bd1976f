import { type AppliedRole } from './apply-roles.js';

const roleLine = ({ name, role: { made, granted, revoked } }: AppliedRole): string => {
  const done = [
    ...(made ? ['made'] : []),
    ...(granted > 0 ? [`${String(granted)} granted`] : []),
    ...(revoked > 0 ? [`${String(revoked)} taken back that it does not need`] : []),
  ];
  return `role ${name}: ${done.join(', ') || 'as it should be'}`;
};

const userLine = ({ name, user }: AppliedRole, variable: string): string => {
  if (user.state === 'left out') return `user ${name}: left out, because ${variable} (or _FILE) gives no password`;
  const done = [
    ...(user.state === 'made' ? ['made'] : []),
    ...(user.state === 'there' && user.password === 'set' ? ['password set'] : []),
    ...(user.state === 'there' && user.given_role ? ['given the role'] : []),
  ];
  const beside = user.other_roles.length > 0 ? `; it has other roles, too: ${user.other_roles.join(', ')}` : '';
  return `user ${name}: ${done.join(', ') || 'as it should be'}${beside}`;
};

/**
 * What became of a role and its user, for people.
 *
 * @param variable by which the user's password is given
 */
export const describeApplied = (applied: AppliedRole, variable: string): readonly string[] => [
  roleLine(applied),
  userLine(applied, variable),
];
