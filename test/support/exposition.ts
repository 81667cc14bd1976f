/** A metric of Prometheus' text format: its type, and its series. */
export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([Nn]a[Nn]|[+-]?Inf|[-+0-9.e]+)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/y;

const labelsOf = (text: string): Readonly<Record<string, string>> => {
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  while (label.lastIndex < text.length) {
    const found = label.exec(text);
    if (!found) throw new Error(`not labels: ${text}`);
    labels[found[1]!] = found[2]!.replaceAll(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one));
  }
  return labels;
};

/** Reads the text format, version 0.0.4, strictly: every line is one that the format has, every sample of its family. */
export const readExposition = (text: string): ReadonlyMap<string, Family> => {
  const families = new Map<string, { type: string; help: string; samples: Family['samples'][number][] }>();
  let last = '';
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      if (families.has(name!)) throw new Error(`${name!} comes twice`);
      families.set((last = name!), { type: '', help: rest!, samples: [] });
    } else if (kind === 'TYPE') families.get(name!)!.type = rest!;
    else {
      const found = sample.exec(line);
      if (!found?.[1]!.startsWith(last)) throw new Error(`not a sample of ${last}: ${line}`);
      families.get(last)!.samples.push({ name: found[1]!, labels: labelsOf(found[2] ?? ''), value: Number(found[3]) });
    }
  }
  return families;
};
