import { type Gpu } from './fleet.js';
import { type Reading } from './gpu-life.js';

/** The long form of a DCGM export: one row per GPU and metric. */
export const header =
  'timestamp,metric_name,gpu_id,device,uuid,modelName,Hostname,container,pod,namespace,value,labels_raw';

/** The metrics in the order of an export, and the second of the pass in which each is taken. */
export const metrics: readonly { readonly name: string; readonly field: keyof Reading; readonly second: number }[] = [
  { name: 'DCGM_FI_DEV_GPU_UTIL', field: 'gpuUtil', second: 0 },
  { name: 'DCGM_FI_DEV_MEM_COPY_UTIL', field: 'memCopyUtil', second: 0 },
  { name: 'DCGM_FI_DEV_POWER_USAGE', field: 'powerUsage', second: 0 },
  { name: 'DCGM_FI_DEV_GPU_TEMP', field: 'gpuTemp', second: 1 },
  { name: 'DCGM_FI_DEV_FB_USED', field: 'fbUsed', second: 1 },
  { name: 'DCGM_FI_DEV_FB_FREE', field: 'fbFree', second: 1 },
  { name: 'DCGM_FI_DEV_DEC_UTIL', field: 'decUtil', second: 2 },
  { name: 'DCGM_FI_DEV_ENC_UTIL', field: 'encUtil', second: 3 },
  { name: 'DCGM_FI_DEV_SM_CLOCK', field: 'smClock', second: 3 },
  { name: 'DCGM_FI_DEV_MEM_CLOCK', field: 'memClock', second: 3 },
];

/** Seconds that a pass takes. */
export const passSeconds = 4;

const model = 'NVIDIA H100 80GB HBM3';
const driver = '535.129.03';

/** The text of a GPU's rows around time, metric and value, made once: a large file has the same ones again and again. */
export interface RowText {
  readonly identity: string;
  readonly labelsBefore: string;
  readonly labelsAfter: string;
}

export function createRowText({ hostname, index, uuid }: Gpu): RowText {
  const label = (name: string, value: string | number): string => `${name}=""${value}""`;
  const before = [label('DCGM_FI_DRIVER_VERSION', driver), label('Hostname', hostname), label('UUID', uuid)];
  const after = [
    label('device', `nvidia${index}`),
    label('gpu', index),
    label('instance', `${hostname}:9400`),
    label('job', 'dcgm-exporter'),
    label('modelName', model),
  ];
  return {
    identity: `"${index}","nvidia${index}","${uuid}","${model}","${hostname}","","",""`,
    labelsBefore: `"${before.join(',')},__name__=""`,
    labelsAfter: `"",${after.join(',')}"\n`,
  };
}

/** One row with its line end; every field quoted. */
export function formatRow(time: string, metric: string, text: RowText, value: number): string {
  return `"${time}","${metric}",${text.identity},"${value}",${text.labelsBefore}${metric}${text.labelsAfter}`;
}
