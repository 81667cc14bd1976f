import { type Either, isLeft, right } from 'fp-ts/lib/Either.js';
import { type ChildProgram } from './child-program.js';
import { type Copies, countCopies, scalableRoles } from './copies.js';
import { type Recruit } from './scale-crew.js';
import { type SystemState } from './system-state.js';
import { type UpOptions } from './up-options.js';

/** The copies that `up` begins with: those asked for, else as many as a killed supervisor left, else one of each. */
export const firstCopies = (options: UpOptions, left: SystemState | undefined): Required<Copies> => {
  const before = left === undefined ? undefined : countCopies(left.processes);
  const streams = options.source.length > 0;
  return {
    streamer: streams ? (options.streamers ?? (before?.streamer || 1)) : 0,
    collector: options.collectors ?? before?.collector ?? 1,
    gateway: options.gateways ?? before?.gateway ?? 1,
  };
};

/** The programs that `up` begins with, or a sentence saying why they cannot be. */
export const recruitAll = async (
  recruit: Recruit,
  copies: Required<Copies>,
): Promise<Either<string, readonly ChildProgram[]>> => {
  const programs: ChildProgram[] = [];
  for (const role of scalableRoles) {
    const recruits = await recruit(
      role,
      Array.from({ length: copies[role] }, (_, index) => index + 1),
    );
    if (isLeft(recruits)) return recruits;
    programs.push(...recruits.right);
  }
  return right(programs);
};
