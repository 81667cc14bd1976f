import { createRandom, shuffle, type Random } from './random.js';

/** How a host is used: it decides what its GPUs do. */
export type HostUse = 'idle' | 'busy' | 'hot' | 'mixed';

/** What stays the same for one GPU in the whole file. */
export interface Gpu {
  readonly hostname: string;
  readonly use: HostUse;
  /** Index on its host. */
  readonly index: number;
  readonly uuid: string;
}

/** The first hosts are the ones to look at (one idle, one busy, one with a hot GPU); the others are mixed. */
const firstUses: readonly HostUse[] = ['idle', 'busy', 'hot'];

/** GPUs spread evenly over the hosts, the last hosts having one less; in host order. */
export function createFleet(gpus: number, hosts: number, seed: number): readonly Gpu[] {
  const random = createRandom(seed, 0);
  const width = Math.max(3, String(hosts).length);
  const fleet: Gpu[] = [];
  for (let host = 0; host < hosts; host++) {
    const count = Math.floor(gpus / hosts) + (host < gpus % hosts ? 1 : 0);
    const hostname = `dgx-h100-${String(host + 1).padStart(width, '0')}`;
    const use = firstUses[host] ?? 'mixed';
    for (let index = 0; index < count; index++) fleet.push({ hostname, use, index, uuid: createUuid(random) });
  }
  return fleet;
}

function createUuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => random.below(16).toString(16)).join('');
  return `GPU-${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`;
}

/**
 * The order in which an export lists the GPUs, as numbers of the fleet: hosts in no order, each mostly in one piece,
 * every sixth with its last GPUs further down, as a time-series database gives them back.
 */
export function exportOrder(fleet: readonly Gpu[], random: Random): readonly number[] {
  const pieces = new Map<string, number[]>();
  for (const [number, gpu] of fleet.entries()) {
    const late = gpu.index >= 4 && Number(gpu.hostname.slice(-2)) % 6 === 0;
    const piece = `${gpu.hostname} ${late}`;
    const members = pieces.get(piece);
    if (members) members.push(number);
    else pieces.set(piece, [number]);
  }
  return shuffle([...pieces.values()], random).flat();
}
