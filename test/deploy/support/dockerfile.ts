/** One instruction of a Dockerfile, its lines joined: `RUN`, `npm ci`. */
export interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

/** What begins with a FROM. */
export interface Stage {
  /** As later stages call it; its place where it has no name. */
  readonly name: string;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

const instructionsIn = (text: string): readonly Instruction[] =>
  text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, keyword, rest] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      if (keyword === undefined || rest === undefined) throw new Error(`not an instruction: ${line}`);
      return { keyword, text: rest.replace(/\s+/g, ' ') };
    });

/** The stages of a Dockerfile in their order; throws at a line that is no instruction or stands before the first FROM. */
export const parseDockerfile = (text: string): readonly Stage[] => {
  const stages: { name: string; image: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsIn(text)) {
    if (instruction.keyword === 'FROM') {
      const [image, as, name] = instruction.text.split(' ');
      stages.push({ name: as === 'AS' ? name! : String(stages.length), image: image!, instructions: [] });
    } else if (stages.length === 0) throw new Error(`${instruction.keyword} before the first FROM`);
    else stages.at(-1)!.instructions.push(instruction);
  }
  return stages;
};

/** The texts of a stage's instructions of one kind. */
export const textsOf = (stage: Stage, keyword: string): readonly string[] =>
  stage.instructions.filter((one) => one.keyword === keyword).map(({ text }) => text);

/** The words of an instruction that runs something without a shell; throws where it is not written so. */
export const execForm = (text: string): readonly string[] => {
  const words = JSON.parse(text.slice(text.indexOf('['))) as readonly unknown[];
  if (words.every((word) => typeof word === 'string')) return words;
  throw new Error(`not in the form of a list of words: ${text}`);
};

/** `A=1 B="two words"` of ENV and LABEL, by name. */
export const pairsOf = (stage: Stage, keyword: 'ENV' | 'LABEL'): Readonly<Record<string, string>> => {
  const pairs = [
    ...textsOf(stage, keyword)
      .join(' ')
      .matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g),
  ];
  return Object.fromEntries(pairs.map(([, name, quoted, bare]) => [name!, quoted ?? bare!] as const));
};

/** What a COPY takes, from which stage (undefined: the context), and where to. */
export interface Copy {
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export const copiesOf = (stage: Stage): readonly Copy[] => textsOf(stage, 'COPY').map(copyOf);

export const copyOf = (text: string): Copy => {
  const [, from] = /^--from=(\S+) /.exec(text) ?? [];
  const words = text.split(' ').filter((word) => !word.startsWith('--'));
  return { from, sources: words.slice(0, -1), target: words.at(-1)! };
};
