import { spawnSync } from 'node:child_process';
import { onSearchPath } from '../../infra/processes/search-path.js';

/** The path of Prometheus' own tool; undefined, and a line that says so, where there is none. Where CI=true it must be there. */
export const promtool = (): string | undefined => {
  const path = onSearchPath('promtool', process.env);
  if (path === undefined && process.env['CI'] === 'true')
    throw new Error('CI=true, and no promtool: `apt-get install prometheus`');
  if (path === undefined)
    console.log('No promtool: its own checks are skipped. `apt-get install prometheus` brings it.');
  return path;
};

/** What it says; the empty text where it has nothing against the input. */
export const promtoolSays = (
  path: string,
  args: readonly string[],
  input = '',
): { readonly status: number | null; readonly text: string } => {
  const { status, stdout, stderr } = spawnSync(path, args, { input, encoding: 'utf8' });
  return { status, text: `${stdout}${stderr}`.trim() };
};
