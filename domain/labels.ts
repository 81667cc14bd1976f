const pair = /([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/y;
const escapes: Readonly<Record<string, string>> = { n: '\n' };

/**
 * The labels of a row as DCGM's exporter writes them, `key="value",…` with backslash escapes, as in the Prometheus
 * text format. Text that is not of this form ends the list: what was understood before it is returned.
 */
export const parseLabels = (text: string): ReadonlyMap<string, string> => {
  const labels = new Map<string, string>();
  pair.lastIndex = 0;
  for (let found = pair.exec(text); found; found = pair.exec(text)) {
    labels.set(
      found[1]!,
      found[2]!.replace(/\\(.)/gs, (_, escaped: string) => escapes[escaped] ?? escaped),
    );
  }
  return labels;
};
