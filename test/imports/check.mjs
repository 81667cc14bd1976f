// The import rule. A cruise that saw no module must fail: an unsupported compiler makes it report success on nothing.
import { execFileSync } from 'node:child_process';

const folders = ['domain', 'commands', 'projections', 'query-api', 'infra', 'test'];
const cruiser = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs';
const run = (type) =>
  execFileSync(process.execPath, [cruiser, ...folders, '--output-type', type], { maxBuffer: 1 << 28 });

const seen = JSON.parse(run('json').toString()).summary.totalCruised;
if (seen < 10) {
  console.error(`The import rule saw ${seen} modules: it checked nothing.`);
  process.exit(1);
}
process.stdout.write(run('err'));
