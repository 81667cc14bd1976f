import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { longHeader } from './source-texts.js';

const metrics = [
  ...['GPU_UTIL', 'MEM_COPY_UTIL', 'FB_USED', 'FB_FREE', 'GPU_TEMP'],
  ...['POWER_USAGE', 'SM_CLOCK', 'MEM_CLOCK', 'ENC_UTIL', 'DEC_UTIL'],
].map((name) => `DCGM_FI_DEV_${name}`);

/** Eight GPUs a host, ten metrics a GPU, labels as DCGM's exporter writes them. */
const rowOf = (series: number, time: string, value: number): string => {
  const gpu = Math.floor(series / metrics.length);
  const index = String(gpu % 8);
  const metric = metrics[series % metrics.length]!;
  const host = `host-${String(Math.floor(gpu / 8)).padStart(5, '0')}`;
  const uuid = `GPU-${gpu.toString(16).padStart(8, '0')}-0fed-77c9-6f0a-${(gpu * 7919).toString(16).padStart(12, '0')}`;
  const model = 'NVIDIA H100 80GB HBM3';
  const labels = [
    ...['DCGM_FI_DRIVER_VERSION=""535.129.03""', `Hostname=""${host}""`, `UUID=""${uuid}""`],
    ...[`__name__=""${metric}""`, `device=""nvidia${index}""`, `gpu=""${index}""`, `instance=""${host}:9400""`],
    ...['job=""dcgm-exporter""', `modelName=""${model}""`],
  ];
  const cells = [time, metric, index, `nvidia${index}`, uuid, model, host, '', '', '', String(value), labels.join(',')];
  return `"${cells.join('","')}"\n`;
};

/** Writes so many rows of so many series, one second after the other. */
export const writeLargeExport = async (path: string, rows: number, series: number): Promise<void> => {
  const out = createWriteStream(path);
  out.write(`${longHeader}\n`);
  for (let at = 0; at < rows;) {
    const text: string[] = [];
    for (const end = Math.min(rows, at + 1_000); at < end; at++) {
      const time = new Date(1_752_871_354_000 + Math.floor(at / series) * 1_000).toISOString();
      text.push(rowOf(at % series, time, (at * 37) % 100));
    }
    if (!out.write(text.join(''))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
};
