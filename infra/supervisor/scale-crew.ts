import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { type ChildProgram } from './child-program.js';
import { type Copies, copyName, type ScalableRole } from './copies.js';
import { type Crew } from './crew.js';
import { type ScaleAnswer } from './orders.js';
import { planScaling, refusedCopies, type RoleScaling } from './scaling.js';
import { untilReady } from './until-ready.js';

/** Makes the programs of copies by their numbers; left is a sentence saying why there cannot be such copies. */
export type Recruit = (
  role: ScalableRole,
  numbers: readonly number[],
) => Promise<Either<string, readonly ChildProgram[]>>;

/** Milliseconds that a copy which is not needed any more has to finish what it does, before force. */
const graceMs = 5_500;

/**
 * Milliseconds within which an order is answered, also when nothing gets ready: an earlier order goes first, and each
 * waits that long for its new copies. Whoever waits less hears "no answer" instead of which copy is not ready.
 *
 * @param readyWithinMs milliseconds that each gives its new copies
 */
export const scaleAnsweredWithinMs = (readyWithinMs: number): number => 2 * readyWithinMs + graceMs;

/**
 * Starts and stops copies until there are as many as wanted, not counting those that have failed, and waits until the
 * new ones are ready and the surplus ones, the newest, have ended. Whatever may be refused is found out before anything
 * is started or stopped.
 *
 * @param readyWithinMs milliseconds for the new ones to be ready in
 */
export const scaleCrew = async (
  crew: Crew,
  recruit: Recruit,
  wanted: Copies,
  readyWithinMs: number,
  signal: AbortSignal,
): Promise<ScaleAnswer> => {
  const refused = refusedCopies(wanted);
  if (refused !== undefined) return { kind: 'refused', reason: refused };
  const plan = planScaling(crew.records, wanted);
  const recruits: ChildProgram[] = [];
  for (const { role, starts } of plan) {
    const programs = await recruit(role, starts);
    if (isLeft(programs)) return { kind: 'refused', reason: programs.left };
    recruits.push(...programs.right);
  }
  if (signal.aborted) return { kind: 'refused', reason: 'the system is being stopped' };
  // Before others take their names.
  crew.forget(plan.flatMap(({ removes }) => removes));
  crew.start(recruits);
  const surplus = plan.flatMap(({ stops }) => stops);
  const fresh = new Set(recruits.map(({ name }) => name));
  const [notReady] = await Promise.all([
    untilReady(crew, readyWithinMs, signal, ({ name }) => fresh.has(name)),
    crew.stop(surplus, graceMs),
  ]);
  crew.forget(surplus);
  return { kind: 'scaled', roles: plan.map(scaled), ...(notReady !== undefined && { not_ready: notReady }) };
};

const scaled = ({ role, from, to, starts, stops, removes }: RoleScaling) => ({
  ...{ role, from, to, started: starts.map((number) => copyName(role, number)) },
  stopped: [...stops],
  ...(removes.length > 0 && { removed: [...removes] }),
});
