// The bill of materials of what is shipped, as CycloneDX. npm can leave tools out of its own by `--omit dev`, but then
// leaves out too what the program has in common with a tool; so this is npm's of everything, less what the lock file
// marks as for tools alone.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'));

const shipped = new Set(
  Object.entries(packages)
    .filter(([, { dev }]) => !dev)
    .map(([folder, { name, version }]) => `${name ?? folder.split('node_modules/').at(-1)}@${version}`),
);
const isShipped = (reference) => shipped.has(reference);

const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
const { status, stdout, error } = spawnSync('npm', args, {
  ...{ cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] },
});
if (status !== 0) {
  console.error(
    `sbom: npm sbom failed${error ? `: ${error.message}` : ''}; it needs npm 10 or newer, and npm ci before`,
  );
  process.exit(1);
}
const bill = JSON.parse(stdout);
const components = bill.components.filter((component) => isShipped(component['bom-ref']));
const dependencies = bill.dependencies
  .filter(({ ref }) => isShipped(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isShipped) }));
// npm calls the project by the folder that it stands in.
const { name } = packages[''];
const metadata = { ...bill.metadata, component: { ...bill.metadata.component, name } };
console.log(JSON.stringify({ ...bill, metadata, components, dependencies }, undefined, 2));
