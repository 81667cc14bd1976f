const known = new Map<string, string>();
/** There are as many names as fields; a limit all the same, should names ever come from data. */
const mostKnown = 1_000;

/** `memory_used_mb` → `memoryUsedMb`. */
export const camel = (name: string): string => {
  const before = known.get(name);
  if (before !== undefined) return before;
  const made = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  if (known.size < mostKnown) known.set(name, made);
  return made;
};

/** An object as REST sends it, with GraphQL's names; what is inside it stays as it is. */
export const camelKeys = (wire: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const made: Record<string, unknown> = {};
  for (const name of Object.keys(wire)) made[camel(name)] = wire[name];
  return made;
};
