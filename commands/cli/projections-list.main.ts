import { isLeft } from 'fp-ts/lib/Either.js';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { counted, plural } from '../../domain/quantities.js';
import { tableLines } from '../../infra/cli/table.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { type OpenStore, openStore } from '../../infra/config/open-store.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { listRows } from '../projections/list-rows.main.js';
import { remarksOf } from '../projections/remarks.js';
import { unfolded } from '../projections/unfolded.js';
import { type ProjectionRow } from '../../domain/projection-row.js';

const patienceMs = 10_000;

const heading = ['PROJECTION', 'VERSION', 'GENERATION', 'STATE', 'PARTITIONS', 'EVENTS', 'RATE', 'BEHIND'];

const stateOf = ({ state, partial, old }: ProjectionRow): string =>
  [state, ...(partial ? ['partial'] : []), ...(old ? ['old'] : [])].join(', ');

const columnsOf = (row: ProjectionRow): readonly string[] => [
  row.name,
  String(row.version),
  row.generation,
  stateOf(row),
  `${String(row.partitions_done)} of ${String(row.partitions)}`,
  counted(row.events),
  `${counted(row.events_per_second)}/s`,
  plural(row.lag_segments, 'segment'),
];

/** What people have to know beside the figures; rows do not tell who could fold what is being built. */
const remarksBelow = async (
  { client, keys }: OpenStore,
  rows: readonly ProjectionRow[],
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const { generations, collectors } = await takeSnapshot(client, keys, signal);
  const records = generations.map(({ record }) => record);
  return [...rows.flatMap(remarksOf), ...unfolded(records, collectors)];
};

export const list = cliCommand({
  summary: 'Show every generation of every projection and how far behind the log it is.',
  options: { ...connectionOptions, ...jsonOption },
  run: async (options, { signal, print, complain }) => {
    const store = await openStore(options, signal);
    if (isLeft(store)) {
      complain(store.left);
      return 1;
    }
    try {
      const rows = await listRows(store.right, patienceMs, signal);
      if (options.json) print(JSON.stringify(rows));
      else if (rows.length === 0) print('No projection has been folded yet: no collector has run.');
      else {
        const remarks = await remarksBelow(store.right, rows, signal);
        [...tableLines([heading, ...rows.map(columnsOf)]), ...remarks].forEach(print);
      }
      return 0;
    } finally {
      store.right.client.close();
    }
  },
});
