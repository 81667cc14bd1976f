/** `1,234,567`: whole numbers for people. */
export const counted = (count: number): string => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');

/** `3 segments`, `1 segment`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${counted(count)} ${count === 1 ? one : many}`;

/** `1.5 MiB` */
export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** `80 %` */
export const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(0)} %`;

/** `12 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`. */
export const lasting = (seconds: number): string => {
  const [days, hours, minutes] = [seconds / 86_400, (seconds / 3_600) % 24, (seconds / 60) % 60].map(Math.floor) as [
    number,
    number,
    number,
  ];
  if (days > 0) return `${String(days)} d ${String(hours)} h`;
  if (hours > 0) return `${String(hours)} h ${String(minutes)} min`;
  return minutes > 0
    ? `${String(minutes)} min ${String(Math.floor(seconds) % 60)} s`
    : `${String(Math.floor(seconds))} s`;
};

/** `0–3, 7`: ascending whole numbers, runs drawn together. */
export const runsOf = (numbers: readonly number[]): string => {
  const runs: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && number <= last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${String(from)}–${String(to)}`)).join(', ');
};
