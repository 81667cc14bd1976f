import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onSearchPath } from '../../../infra/processes/search-path.js';

/** The folder of the chart. */
export const chart: string = fileURLToPath(new URL('../../../../deploy/helm/gpu-telemetry/', import.meta.url));

/** The search path, and behind it the folders where `go install` leaves programs. */
const places = [
  process.env['PATH'],
  process.env['GOBIN'],
  process.env['GOPATH'] && join(process.env['GOPATH'], 'bin'),
  join(homedir(), 'go', 'bin'),
];
const environment = { ...process.env, PATH: places.filter(Boolean).join(delimiter) };

/** The path of helm; undefined where there is none. */
export const helmPath = (): string | undefined => onSearchPath('helm', environment);

/**
 * For a suite of tests that need helm: without one they are skipped, each counted, and a line says so. Where everything
 * must be tested and helm can be had they fail instead.
 */
export const needsHelm = (): void => {
  before(function () {
    if (helmPath() !== undefined) return;
    if (process.env['CI'] === 'true' && onSearchPath('go', environment) !== undefined)
      throw new Error('CI=true, and no helm: `.ci/run` gets it by `go install`');
    console.log('skipped: no helm');
    this.skip();
  });
};

export interface HelmAnswer {
  readonly status: number | null;
  readonly stdout: string;
  /** Without the lines that say that the chart's dashboards and alerts are links. */
  readonly stderr: string;
}

/** Runs helm. @param values given to it as a file of values, where an argument `-` names it */
export const helm = (args: readonly string[], values: unknown = {}): HelmAnswer => {
  const path = helmPath();
  if (path === undefined) throw new Error('no helm');
  const { status, stdout, stderr } = spawnSync(path, args, {
    input: JSON.stringify(values),
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  const said = stderr.split('\n').filter((line) => !line.includes('found symbolic link in path'));
  return { status, stdout, stderr: said.join('\n').trim() };
};
