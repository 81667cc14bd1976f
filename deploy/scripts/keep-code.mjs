// Writes what V8 makes of the files NAME… of the program in FOLDER beside them: it makes code of a function when it is
// first called. So all of them are loaded, and a small export is streamed into what stands in for etcd: most of what
// every process calls, and all of what an import calls, is called by that. Where it cannot be streamed that is said, and
// the program is as good without: V8 makes the rest when it is called.
import { once } from 'node:events';
import { rmSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import v8 from 'node:v8';
import { standInEtcd } from './stand-in-etcd.mjs';
import { writeWhole } from './write-whole.mjs';

const columns = 'timestamp,metric_name,gpu_id,device,uuid,modelName,Hostname,container,pod,namespace,value,labels_raw';
const quoted = (fields) => fields.map((field) => `"${field}"`).join(',');

/** Milliseconds, many times what it takes. */
const patienceMs = 30_000;

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

const [program, ...names] = process.argv.splice(2);
// In the one folder that can be written to for certain, by a name that another build leaves alone.
const source = join(program, `small-export.csv.${process.pid}.new`);
// What it says of a stream that nobody has asked for is for nobody, unless that fails.
const said = [];
const complain = () => writeSync(2, said.splice(0).join(''));
process.once('exit', (code) => {
  rmSync(source, { force: true });
  if (code !== 0) complain();
});
await writeFile(source, smallExport());
process.argv.push('stream', source, '--threads', '1', '--json', '--etcd', await standInEtcd());
process.stdout.write = process.stderr.write = (text) => said.push(text) > 0;

const { load, scripts, asKept } = createRequire(import.meta.url)(join(program, 'telemetry.js'));
for (const name of names) load(name);
const hasEnded = once(process, 'beforeExit').then(() => true);
if (!(await Promise.race([hasEnded, sleep(patienceMs, false, { ref: false })])) || process.exitCode !== 0) {
  said.unshift('V8 keeps no code of what an import calls, as none could be made:\n');
  complain();
}
await Promise.all([...scripts].map(([path, script]) => writeWhole(`${path}.code`, asKept(script.createCachedData()))));
process.exit(0);
