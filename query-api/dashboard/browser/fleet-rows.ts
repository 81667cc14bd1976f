import { type Address, type GpuStatus } from './address.js';
import { type Gpu } from './feed-messages.js';
import { type HostRow } from './fleet-layout.js';
import { hostNames } from './host-names.js';

const byName = new Intl.Collator('en', { numeric: true });

const textOf = ({ hostname, uuid, model, cluster, device, profile }: Gpu): string =>
  `${hostname} ${uuid} ${model} ${cluster} ${device} ${profile ?? ''}`.toLowerCase();

/** By what it is, and not by how it does. */
type Asked = Pick<Address, 'cluster' | 'search'>;

/** Whether a GPU is one of those that an address asks for: every word of the search occurs in it. */
const isWanted = (gpu: Gpu, { cluster, search }: Asked): boolean =>
  (cluster === undefined || gpu.cluster === cluster) &&
  (search === '' ||
    search
      .toLowerCase()
      .split(/\s+/)
      .every((word) => textOf(gpu).includes(word)));

const compared = (a: Gpu, b: Gpu): number =>
  byName.compare(a.cluster, b.cluster) ||
  byName.compare(a.hostname, b.hostname) ||
  byName.compare(a.index, b.index) ||
  byName.compare(a.uuid, b.uuid);

/** The GPUs of an address by host, in the order of the API's lists, whatever their status: it changes no place. */
export const rowsOf = (gpus: readonly Gpu[], address: Asked): readonly HostRow[] => {
  const places = gpus.flatMap((gpu, place) => (isWanted(gpu, address) ? [place] : []));
  places.sort((a, b) => compared(gpus[a]!, gpus[b]!));
  const rows: (Omit<HostRow, 'name'> & { readonly places: number[] })[] = [];
  for (const place of places) {
    const { cluster, hostname } = gpus[place]!;
    const last = rows.at(-1);
    if (last?.hostname === hostname && last.cluster === cluster) last.places.push(place);
    else rows.push({ cluster, hostname, places: [place] });
  }
  const nameOf = hostNames(rows);
  return rows.map((row) => ({ ...row, name: nameOf(row) }));
};

/** Those of the rows that have a status, and the hosts that have any; all when undefined. */
export const ofStatus = (
  rows: readonly HostRow[],
  gpus: readonly Gpu[],
  status: GpuStatus | undefined,
): readonly HostRow[] =>
  status === undefined
    ? rows
    : rows
        .map((row) => ({ ...row, places: row.places.filter((place) => gpus[place]!.status === status) }))
        .filter(({ places }) => places.length > 0);
