/** Megabytes, by role: the most that a process of it was seen with. */
export type Peaks = ReadonlyMap<string, number>;

const mostMegabytes = 1_024;
/** Twice as much is what a heap may grow to before it is collected; the rest is for what a small process begins with. */
const mostGrowth = 2;
const spareMegabytes = 100;

/** etcd keeps what a stranger wrote since its last snapshot: its memory says nothing of ours. */
const isOurs = (role: string): boolean => role !== 'etcd';

/**
 * What is wrong with the memory of processes at the last of several checks: too much of it, or more than a process that
 * holds to its bounds has need of after it was seen at work.
 */
export const memoryProblems = (checks: readonly Peaks[]): readonly string[] => {
  const last = [...(checks.at(-1) ?? [])].filter(([role]) => isOurs(role));
  return last.flatMap(([role, megabytes]) => {
    const first = checks.find((peaks) => peaks.has(role))!.get(role)!;
    const most = Math.min(mostMegabytes, mostGrowth * first + spareMegabytes);
    if (megabytes <= most) return [];
    return [`a ${role} had ${String(megabytes)} MB in memory, ${String(first)} MB at the first check`];
  });
};
