import { isLeft } from 'fp-ts/lib/Either.js';
import { type GenerationRecord, ProjectionName, projectionNames } from '../../domain/generation.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { cachedSeries, DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { cliCommand, cliGroup } from '../../infra/cli/cli-command.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { openStore } from '../../infra/config/open-store.js';
import { readLogIdentity } from '../../infra/etcd/log-identity-store.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { modelStore } from '../../infra/etcd/model-store.js';
import { readKeptFrom } from '../../infra/etcd/read-kept-from.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { type PlacedDifference, verifyProjections } from '../../projections/verify/verify-projection.js';
import { cancel } from './projections-cancel.main.js';
import { list } from './projections-list.main.js';
import { reset } from './projections-reset.main.js';

const patienceMs = 10_000;

const describeDifference = (difference: PlacedDifference): string => {
  const { projection, partition, path, kind } = difference;
  const place = `${projection}, partition ${String(partition)}, ${path.join('/')}`;
  return kind === 'different'
    ? `${place}: expected ${difference.expected}, found ${difference.found}`
    : `${place}: ${kind === 'missing' ? 'is missing' : 'should not be there'}`;
};

const verify = cliCommand({
  summary: 'Fold the log again with a second, plain fold and compare the read models document by document.',
  args: '[NAME]',
  notes: 'Without NAME all projections are compared. Exits 1 when a document differs.',
  options: { ...connectionOptions, ...jsonOption },
  run: async (options, { args, signal, print, complain }) => {
    const [name] = args;
    if (name !== undefined && !ProjectionName.is(name)) {
      complain(`There is no projection ${name}. Projections: ${projectionNames.join(', ')}.`);
      return 2;
    }
    const store = await openStore(options);
    if (isLeft(store)) {
      complain(store.left);
      return 1;
    }
    const { client, keys } = store.right;
    try {
      const partitions = (await readLogIdentity(client, keys, signal, { patienceMs }))?.partitions ?? 0;
      const { generations } = await takeSnapshot(client, keys, signal);
      const records = generations
        .filter(({ record, active }) => active && (name === undefined || record.projection === name))
        .map(({ record }) => record);
      const dictionaries = new DictionaryCache(cachedSeries);
      const ports = {
        log: new EtcdLogReader(client, keys, partitions),
        models: modelStore(client, keys),
        decode: (bytes: Uint8Array) => decodeSegment(bytes, dictionaries),
        keptFrom: (record: GenerationRecord, until: AbortSignal) => readKeptFrom(client, keys, record, until),
      };
      const verdict = await verifyProjections(ports, records, partitions, signal);
      if (options.json) print(JSON.stringify(verdict));
      else {
        verdict.differences.map(describeDifference).forEach(print);
        const found = verdict.ok ? 'no difference' : `${String(verdict.differences.length)} differences`;
        const since = verdict.partial ? ', from where retention left the log on' : '';
        print(`${String(verdict.compared)} documents compared${since}: ${found}`);
      }
      return verdict.ok ? 0 : 1;
    } finally {
      client.close();
    }
  },
});

export const command = cliGroup('Show, check and rebuild the projections that are folded from the log.', {
  list,
  reset,
  cancel,
  verify,
});
