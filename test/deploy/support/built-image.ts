import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { copyOf, execForm, pairsOf, type Stage, textsOf } from './dockerfile.js';

/** Nobody in particular: the user of the image, where this process may become it. */
export const unprivileged: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: 65_532, gid: 65_532 } : {};

/** A stage of a Dockerfile as a folder of this machine. */
export interface BuiltStage {
  /** What its working directory amounts to. */
  readonly folder: string;
}

export interface BuildPlaces {
  /** The folder that the image is built from. */
  readonly context: string;
  /** Where the stages' folders are made. */
  readonly root: string;
  /** Stages that are there already, by name. */
  readonly made: Readonly<Record<string, BuiltStage>>;
}

/** Without what npm has told this process of the folders of whoever runs it. */
const withoutNpm = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(?!config_registry)/i.test(name)));

const run = async (command: string, cwd: string, home: string): Promise<void> => {
  const child = spawn('sh', ['-c', command], {
    ...{ cwd, ...unprivileged },
    env: { ...withoutNpm(), HOME: home, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command}: ended with ${String(code)}\n${said}`);
};

/** As COPY does it: into a folder where the target ends with a slash or several are copied, a folder by what is in it. */
const copyInto = async (sources: readonly string[], target: string, folder: string): Promise<void> => {
  for (const source of sources) {
    const isFolder = (await stat(source)).isDirectory();
    const into = !isFolder && (target.endsWith('/') || sources.length > 1);
    await cp(source, join(folder, target, into ? basename(source) : ''), { recursive: true });
  }
};

const workdirOf = (stage: Stage): string => {
  const [workdir, ...more] = textsOf(stage, 'WORKDIR');
  if (workdir === undefined || more.length > 0) throw new Error('a stage has one WORKDIR');
  return workdir;
};

/**
 * Runs the steps of a stage in a folder, whose content is its working directory: COPY and RUN for real, the latter as a
 * user without rights. A stage that runs nothing belongs to whoever runs this, so that user can write nothing there.
 */
export const buildStage = async (stage: Stage, places: BuildPlaces): Promise<BuiltStage> => {
  const folder = join(places.root, stage.name);
  const home = `${folder}-home`;
  const isWritten = textsOf(stage, 'RUN').length > 0;
  for (const made of isWritten ? [folder, home] : [folder]) {
    await mkdir(made);
    await chmod(made, 0o755);
    if (isWritten && unprivileged.uid !== undefined) await chown(made, unprivileged.uid, unprivileged.gid!);
  }
  for (const { keyword, text } of stage.instructions) {
    if (keyword === 'RUN') await run(text, folder, home);
    if (keyword !== 'COPY') continue;
    const { from, sources, target } = copyOf(text);
    const base = from === undefined ? places.context : places.made[from]?.folder;
    if (base === undefined) throw new Error(`COPY from ${String(from)}, which no stage before it is called`);
    const workdir = `${workdirOf(stage)}/`;
    const paths = sources.map((source) => join(base, from === undefined ? source : source.replace(workdir, '')));
    await copyInto(paths, target, folder);
  }
  return { folder };
};

/** What a container of the last stage would run, with this machine's Node. */
export interface ImageProgram {
  readonly entrypoint: readonly string[];
  readonly healthcheck: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const withNodeHere = (words: readonly string[]): readonly string[] => {
  if (words[0] !== '/nodejs/bin/node') throw new Error(`${String(words[0])} is not where the image has its Node`);
  return [process.execPath, ...words.slice(1)];
};

export const programOf = (stage: Stage): ImageProgram => ({
  entrypoint: withNodeHere(execForm(textsOf(stage, 'ENTRYPOINT').at(-1)!)),
  healthcheck: withNodeHere(execForm(textsOf(stage, 'HEALTHCHECK').at(-1)!)),
  environment: pairsOf(stage, 'ENV'),
});
