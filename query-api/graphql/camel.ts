/** `memory_used_mb` → `memoryUsedMb`. */
export const camel = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** An object as REST sends it, with GraphQL's names; what is inside it stays as it is. */
export const camelKeys = (wire: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(wire).map(([name, value]) => [camel(name), value]));
