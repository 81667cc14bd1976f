import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { wholeNumber } from '../../infra/config/accepts.js';
import { dataDirOption } from '../../infra/config/common-options.js';
import { flag, withDefault } from '../../infra/config/option.js';
import { ifThere } from '../../infra/processes/if-there.js';
import { followLines, lastLines } from '../../infra/processes/tail-file.js';
import { logFilePath, logFolder } from '../../infra/supervisor/system-state.js';

const loggedNames = async (dataDir: string): Promise<readonly string[]> =>
  ((await ifThere(readdir(logFolder(dataDir)))) ?? [])
    .filter((file) => file.endsWith('.log'))
    .map((file) => file.slice(0, -'.log'.length))
    .sort();

export const command = cliCommand({
  summary: 'Show what the processes of a system have logged: all of them, or NAME alone.',
  args: '[NAME]',
  options: {
    ...dataDirOption,
    follow: flag('--follow', 'go on with what is logged from now on, until Ctrl-C'),
    lines: withDefault('--lines <N>', 'how many of the last lines of each', wholeNumber(0, 100_000), '50'),
  },
  run: async (options, { args: [wanted], print, complain, signal }) => {
    const dataDir = resolve(options.dataDir);
    const known = await loggedNames(dataDir);
    if (wanted !== undefined && !known.includes(wanted)) {
      complain(`No log of ${wanted} in ${logFolder(dataDir)}. There are: ${known.join(', ') || 'none'}.`);
      return known.length === 0 ? 1 : 2;
    }
    if (known.length === 0) complain(`No logs in ${logFolder(dataDir)}.`);
    const names = wanted === undefined ? known : [wanted];
    const width = Math.max(0, ...names.map((name) => name.length));
    const show = (name: string) => (line: string) =>
      print(names.length === 1 ? line : `${name.padEnd(width)} | ${line}`);
    const follows: Promise<void>[] = [];
    for (const name of names) {
      const path = logFilePath(dataDir, name);
      const { lines, next } = await lastLines(path, options.lines);
      lines.forEach(show(name));
      if (options.follow) follows.push(followLines(path, next, show(name), signal));
    }
    await Promise.all(follows);
    return known.length === 0 ? 1 : 0;
  },
});
