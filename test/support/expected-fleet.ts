import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

/** The fields of a telemetry record and the DCGM metric each shows, as the contract lists them. */
export const fieldOf: Readonly<Record<string, string>> = {
  DCGM_FI_DEV_GPU_UTIL: 'gpu_utilization',
  DCGM_FI_DEV_MEM_COPY_UTIL: 'memory_utilization',
  DCGM_FI_DEV_FB_USED: 'memory_used_mb',
  DCGM_FI_DEV_FB_FREE: 'memory_free_mb',
  DCGM_FI_DEV_GPU_TEMP: 'temperature',
  DCGM_FI_DEV_POWER_USAGE: 'power_draw',
  DCGM_FI_DEV_SM_CLOCK: 'sm_clock_mhz',
  DCGM_FI_DEV_MEM_CLOCK: 'memory_clock_mhz',
  DCGM_FI_DEV_ENC_UTIL: 'encoder_utilization',
  DCGM_FI_DEV_DEC_UTIL: 'decoder_utilization',
};

export interface ExpectedGpu {
  readonly uuid: string;
  readonly gpuId: string;
  readonly device: string;
  readonly modelName: string;
  readonly hostname: string;
  /** Of its last row in the file, as written. */
  readonly labels: string;
  /** By time as written, then by metric: the number in the file. */
  readonly samples: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface ExpectedFleet {
  readonly rows: number;
  readonly hosts: ReadonlySet<string>;
  readonly gpus: ReadonlyMap<string, ExpectedGpu>;
  /** Distinct (GPU, time). */
  readonly records: number;
}

type Row = Readonly<Record<string, string>>;
type Samples = Map<string, Map<string, number>>;

const gpuOf = (row: Row, samples: Samples): ExpectedGpu => ({
  uuid: row['uuid']!,
  gpuId: row['gpu_id']!,
  device: row['device']!,
  modelName: row['modelName']!,
  hostname: row['Hostname']!,
  labels: row['labels_raw']!,
  samples,
});

/**
 * The labels that the file gives a GPU, by name: all but `__name__`, which is the metric of a row and not of its GPU.
 * Simpler than the exporter's format, without escapes, and sure of it: put together again they must be the whole text.
 */
export const labelsOf = ({ uuid, labels }: ExpectedGpu): Readonly<Record<string, string>> => {
  const pairs = [...labels.matchAll(/(\w+)="([^"\\]*)"/g)].map(([, name, text]) => [name!, text!] as const);
  const again = pairs.map(([name, text]) => `${name}="${text}"`).join(',');
  if (again !== labels) throw new Error(`the labels of ${uuid} are not as simple as expected: ${labels}`);
  return Object.fromEntries(pairs.filter(([name]) => name !== '__name__'));
};

/**
 * What a well-formed long-form export says, worked out from its text alone: the whole file through csv-parse, row by
 * row, with nothing of the program under test. Times must be written in the canonical form.
 */
export const expectedFleet = (path: string): ExpectedFleet => {
  const rows = parse(readFileSync(path), { columns: true }) as unknown as Row[];
  const gpus = new Map<string, ExpectedGpu & { readonly samples: Samples }>();
  for (const row of rows) {
    const known = gpus.get(row['uuid']!);
    const samples: Samples = known?.samples ?? new Map<string, Map<string, number>>();
    gpus.set(row['uuid']!, { ...gpuOf(row, samples), samples });
    const at = samples.get(row['timestamp']!) ?? new Map<string, number>();
    samples.set(row['timestamp']!, at.set(row['metric_name']!, Number(row['value'])));
  }
  const records = [...gpus.values()].reduce((sum, { samples }) => sum + samples.size, 0);
  return { rows: rows.length, hosts: new Set(rows.map((row) => row['Hostname']!)), gpus, records };
};
