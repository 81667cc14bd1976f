// Writes what V8 makes of the files NAME… of the program in FOLDER beside them: it makes code of a function when it is
// first called. So all of them are loaded, and a small export is streamed into what stands in for etcd: most of what
// every process calls, and all of what an import calls, is called by that.
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import v8 from 'node:v8';
import { standInEtcd } from './stand-in-etcd.mjs';
import { writeWhole } from './write-whole.mjs';

const columns = 'timestamp,metric_name,gpu_id,device,uuid,modelName,Hostname,container,pod,namespace,value,labels_raw';
const quoted = (fields) => fields.map((field) => `"${field}"`).join(',');

/** Some GPUs at some instants, as nvidia's exporter has them. */
const smallExport = () => {
  const rows = [columns];
  for (let at = 0; at < 40; at++)
    for (let gpu = 0; gpu < 16; gpu++)
      for (const metric of ['DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_DEV_POWER_USAGE', 'DCGM_FI_DEV_GPU_TEMP']) {
        const uuid = `GPU-00000000-0000-4000-8000-${String(gpu).padStart(12, '0')}`;
        const [id, host, value] = [gpu % 8, `host-${gpu >> 3}`, (gpu * 7 + at * 3) % 100];
        const time = new Date(Date.UTC(2025, 0, 1) + at * 1_000).toISOString().replace('.000', '');
        const labels = `DCGM_FI_DRIVER_VERSION=""535"",Hostname=""${host}"",UUID=""${uuid}"",device=""nvidia${id}"",gpu=""${id}""`;
        rows.push(quoted([time, metric, id, `nvidia${id}`, uuid, 'NVIDIA H100', host, '', '', '', value, labels]));
      }
  return `${rows.join('\n')}\n`;
};

// V8 takes code only as long as it is set up as it was when that was made, and it is taken before anything is set.
v8.setFlagsFromString = () => undefined;

// Nor does what somebody has set for a program of their own concern this one.
for (const name of Object.keys(process.env)) if (name.startsWith('TELEMETRY_')) delete process.env[name];

const folder = await mkdtemp(join(tmpdir(), 'telemetry-code-'));
const source = join(folder, 'small.csv');
await writeFile(source, smallExport());
const told = ['stream', source, '--threads', '1', '--json', '--etcd', await standInEtcd()];
// What is left is what the program itself is told.
const [program, ...names] = process.argv.splice(2, Infinity, ...told);
// What it says of a stream that nobody has asked for is for nobody, unless that fails.
const said = [];
process.stdout.write = process.stderr.write = (text) => said.push(text) > 0;
process.once('exit', (code) => {
  if (code !== 0) writeSync(2, said.join(''));
});

const { load, scripts } = createRequire(import.meta.url)(join(program, 'telemetry.js'));
for (const name of names) load(name);
await once(process, 'beforeExit');
await rm(folder, { recursive: true, force: true });
await Promise.all([...scripts].map(([path, script]) => writeWhole(`${path}.code`, script.createCachedData())));
process.exit(0);
