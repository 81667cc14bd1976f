import { type Row } from '../../query-api/support/made-rows.js';

/** A fleet that a test imagines: so many hosts with eight GPUs, but for the last one where the number is odd. */
export interface FleetPlan {
  readonly gpus: number;
  /** When it begins, in milliseconds since the Unix epoch, and how long one tick is. */
  readonly begin: number;
  readonly tickMs: number;
  /** Ticks that lie before the present, and are there at once. */
  readonly pastTicks: number;
  /** Whether some of it is in trouble: a host that fell silent, a hot GPU, one with an XID. */
  readonly troubled: boolean;
  /** Into so many transactions the GPUs of a tick are divided, over its time. */
  readonly parts: number;
}

export interface MadeGpu {
  readonly uuid: string;
  readonly host: string;
  readonly index: string;
}

export const gpuOf = (number: number): MadeGpu => ({
  uuid: `GPU-${String(number).padStart(8, '0')}-86f3-7a43-b711-4771313afc50`,
  host: `mtv5-dgx1-hgpu-${String(Math.floor(number / 8) + 1).padStart(3, '0')}`,
  index: String(number % 8),
});

/** The same number for the same arguments, in [0, 1). */
const noise = (a: number, b: number): number => {
  const x = Math.sin(a * 127.1 + b * 311.7) * 43_758.5453;
  return x - Math.floor(x);
};

/** Once in a while a job writes down how far it is, and its GPUs wait. */
const isSaving = (host: number, tick: number): boolean => (tick + 5 * host) % 17 === 0;

/** How much of a GPU is asked for: jobs come and go by host, and every GPU has its own share. */
const shareOf = (gpu: number, tick: number): number => {
  const host = Math.floor(gpu / 8);
  const job = Math.floor(tick / 60 + noise(host, 1) * 10);
  return noise(host, job) > 0.28 ? 0.72 + 0.26 * noise(gpu, job) : 0.04 * noise(gpu, job);
};

/** How busy it is with that. */
export const loadOf = (gpu: number, tick: number): number => {
  const share = shareOf(gpu, tick);
  if (share < 0.1) return share;
  if (isSaving(Math.floor(gpu / 8), tick)) return 0.2 + 0.3 * noise(gpu, tick);
  const wave = 0.06 * Math.sin(tick / 7 + gpu) + 0.05 * (noise(gpu, tick) - 0.5);
  return Math.min(1, share + wave);
};

const memory = 81_559;

/** By DCGM name, what a GPU shows at a tick. */
export const valuesOf = (gpu: number, tick: number): Readonly<Record<string, number>> => {
  const load = loadOf(gpu, tick);
  const used = Math.round(memory * (0.02 + 0.9 * shareOf(gpu, tick)));
  return {
    DCGM_FI_DEV_GPU_UTIL: Math.round(load * 100),
    DCGM_FI_DEV_MEM_COPY_UTIL: Math.round(load * 62),
    DCGM_FI_DEV_FB_USED: used,
    DCGM_FI_DEV_FB_FREE: memory - used,
    DCGM_FI_DEV_GPU_TEMP: Math.round(31 + load * 40 + noise(gpu, 3) * 6),
    DCGM_FI_DEV_POWER_USAGE: Math.round((72 + load * 590) * 10) / 10,
    DCGM_FI_DEV_SM_CLOCK: load > 0.1 ? 1980 : 345,
  };
};

/** In trouble: all of host 7 has been silent for long, and the ends of two rows elsewhere. */
const silentFrom = (gpu: number, { pastTicks, troubled }: FleetPlan): number => {
  if (!troubled) return Infinity;
  if (Math.floor(gpu / 8) === 6) return pastTicks * 0.45;
  return isLongGone(gpu, { troubled }) ? 1 : Infinity;
};

/** Was observed once, an hour before everything else. */
const isLongGone = (gpu: number, { troubled }: Pick<FleetPlan, 'troubled'>): boolean => troubled && gpu === 155;

const rowsOfGpu = (gpu: number, tick: number, plan: FleetPlan, names?: readonly string[]): readonly Row[] => {
  if (tick >= silentFrom(gpu, plan)) return [];
  const { uuid, host, index } = gpuOf(gpu);
  const at = new Date(plan.begin + tick * plan.tickMs - (isLongGone(gpu, plan) ? 3_600_000 : 0)).toISOString();
  const values: Record<string, number> = { ...valuesOf(gpu, tick) };
  if (plan.troubled && gpu === 83) values['DCGM_FI_DEV_GPU_TEMP'] = 88;
  if (plan.troubled && gpu === 201) values['DCGM_FI_DEV_XID_ERRORS'] = 79;
  return Object.entries(values)
    .filter(([metric]) => names?.includes(metric) ?? true)
    .map(([metric, value]) => ({
      ...{ uuid, host, index, at, metric, value },
      ...{ namespace: 'training', pod: `llm-${String(Math.floor(gpu / 32))}`, container: 'worker' },
      labels: 'DCGM_FI_DRIVER_VERSION="535.129.03"',
    }));
};

/** Every row of a part of a tick. @param names only these metrics */
export const rowsOf = (plan: FleetPlan, tick: number, part: number, names?: readonly string[]): readonly Row[] => {
  const [from, to] = [part, part + 1].map((at) => Math.round((plan.gpus * at) / plan.parts));
  const numbers = Array.from({ length: to! - from! }, (_, i) => from! + i);
  return numbers.flatMap((gpu) => rowsOfGpu(gpu, tick, plan, names));
};
