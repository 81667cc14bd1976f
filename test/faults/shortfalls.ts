import { type FaultsVerdict } from './run-faults.js';

/** From so many faults on, a run has to have shown all of it. */
const manyFaults = 1_000;
const fewestOfKind = 20;
const fewestAtMoment = 10;
const fewestEvents = 1_000;

/** What a run was asked to show and has not shown, whatever it found. */
export const shortfalls = (verdict: FaultsVerdict, asked: number): readonly string[] => {
  const done = verdict.faults < asked ? [`${String(verdict.faults)} faults were done, of ${String(asked)}`] : [];
  return asked < manyFaults ? done : [...done, ...ofMany(verdict)];
};

const ofMany = ({ done, duringAppend, duringHandover, fewestBetween }: FaultsVerdict): readonly string[] => {
  const counts: readonly (readonly [what: string, count: number, fewest: number])[] = [
    ...[...done].map(([kind, count]) => [`struck: ${kind}`, count, fewestOfKind] as const),
    ['struck between an append and its answer', duringAppend, fewestAtMoment],
    ['struck while partitions changed hands', duringHandover, fewestAtMoment],
    ['events acknowledged from one to the next', fewestBetween, fewestEvents],
  ];
  return counts
    .filter(([, count, fewest]) => count < fewest)
    .map(([what, count, fewest]) => `${what}: ${String(count)}, and not ${String(fewest)}`);
};
