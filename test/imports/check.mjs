// The import rule. A cruise that saw no module must fail: an unsupported compiler makes it report success on nothing.
import { spawnSync } from 'node:child_process';

const folders = ['domain', 'commands', 'projections', 'query-api', 'infra', 'data', 'test'];
const cruiser = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs';
const cruise = (type) =>
  spawnSync(process.execPath, [cruiser, ...folders, '--output-type', type], { encoding: 'utf8', maxBuffer: 1 << 28 });

const seen = JSON.parse(cruise('json').stdout).summary.totalCruised;
if (seen < 100) {
  console.error(`The import rule saw ${seen} modules: it checked nothing.`);
  process.exit(1);
}
const { status, stdout, stderr } = cruise('err');
process.stdout.write(stdout + stderr);
process.exit(status);
