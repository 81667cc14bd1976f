// Ends with 1 when this program's version of a projection is lower than what is served: its collectors would refuse to
// start, and its gateways would not be ready. Runs in the image's folder, before an upgrade or a rollback changes anything.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const inProgram = (path) => resolve('dist', path);
const { projectionVersions } = await import(pathToFileURL(inProgram('projections/versions.document.js')).href);

const list = [inProgram('program/telemetry.js'), 'projections', 'list', '--json'];
const { stdout } = await promisify(execFile)(process.execPath, list).catch(({ stderr, message }) => {
  console.error(`The versions that are served cannot be asked: ${stderr || message}`);
  console.error('Upgrade with --no-hooks, or upgradeCheck.enabled=false, to do without asking.');
  process.exit(1);
});

const lower = JSON.parse(stdout).filter(
  ({ name, state, version }) => state === 'active' && version > (projectionVersions[name] ?? 0),
);
for (const { name, version } of lower)
  console.error(`${name} is served in version ${version}; this program has version ${projectionVersions[name] ?? 0}.`);
if (lower.length > 0) console.error('Refused: nothing has been changed. Upgrade to a program that has these versions.');
else console.log('Every projection that is served is of a version that this program has, or of an older one.');
process.exitCode = lower.length > 0 ? 1 : 0;
