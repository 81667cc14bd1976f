const scalar = (value: unknown): string => JSON.stringify(value) ?? 'null';

const isLeaf = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || Object.keys(value).length === 0;

const lines = (value: unknown, indent: string): string[] => {
  if (isLeaf(value)) return [`${indent}${scalar(value)}`];
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown) => ['-', item] as const)
    : Object.entries(value as object).map(([key, item]) => [`${scalar(key)}:`, item] as const);
  return entries.flatMap(([head, item]) =>
    isLeaf(item) ? [`${indent}${head} ${scalar(item)}`] : [`${indent}${head}`, ...lines(item, `${indent}  `)],
  );
};

/** JSON's values as YAML 1.2 in block style; strings are quoted as JSON quotes them, which YAML understands. */
export const toYaml = (value: unknown): string => `${lines(JSON.parse(JSON.stringify(value)), '').join('\n')}\n`;
