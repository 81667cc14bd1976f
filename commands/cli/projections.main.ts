import { type GenerationRecord, ProjectionName, projectionNames } from '../../domain/generation.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { cachedSeries, DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { cliCommand, cliGroup } from '../../infra/cli/cli-command.js';
import { plural } from '../../domain/quantities.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { accepts } from '../../infra/config/accepts.js';
import { optional } from '../../infra/config/option.js';
import { partitionsOf } from '../../infra/etcd/lane-extents.js';
import { modelStore } from '../../infra/etcd/model-store.js';
import { readKeptFrom } from '../../infra/etcd/read-kept-from.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { type Sample, sampleOf } from '../../projections/verify/sample.js';
import {
  type NotCompared,
  type PlacedDifference,
  verifyProjections,
} from '../../projections/verify/verify-projection.js';
import { cancel } from './projections-cancel.main.js';
import { list } from './projections-list.main.js';
import { reset } from './projections-reset.main.js';
import { withLog } from './with-log.main.js';

const sample = accepts<Sample>('a whole number of partitions like 3, or a share like 25%', (text) => {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const number = Number(match?.[1]);
  if (match?.[2] === '%') return number > 0 && number <= 100 ? { kind: 'share', share: number / 100 } : undefined;
  return Number.isInteger(number) && number > 0 ? { kind: 'count', count: number } : undefined;
});

const describeDifference = (difference: PlacedDifference): string => {
  const { projection, partition, path, kind } = difference;
  const place = `${projection}, partition ${String(partition)}, ${path.join('/')}`;
  return kind === 'different'
    ? `${place}: expected ${difference.expected}, found ${difference.found}`
    : `${place}: ${kind === 'missing' ? 'is missing' : 'should not be there'}`;
};

const describeNotCompared = ({ projection, generation, version, verifies }: NotCompared): string =>
  `${projection}, generation ${String(generation)}, is of version ${String(version)} and not compared: ` +
  `this program verifies version${verifies.length === 1 ? '' : 's'} ${verifies.join(' and ')}.`;

const verify = cliCommand({
  summary: 'Fold the log again with a second, plain fold and compare the read models document by document.',
  args: '[NAME]',
  notes:
    'Without NAME all projections are compared. Exits 1 when a document differs, when a projection is active in a\n' +
    'version that this program cannot fold again, and when there is nothing to compare.',
  options: {
    ...connectionOptions,
    ...jsonOption,
    sample: optional(
      '--sample <N|%>',
      'compare only so many partitions, or such a share of them, chosen at random',
      sample,
    ),
  },
  run: async (options, context) => {
    const { args, signal, print, complain } = context;
    const [name] = args;
    if (name !== undefined && !ProjectionName.is(name)) {
      complain(`There is no projection ${name}. Projections: ${projectionNames.join(', ')}.`);
      return 2;
    }
    return withLog(options, context, async (log, { partitions }, { client, keys }) => {
      const { generations } = await takeSnapshot(client, keys, signal);
      const records = generations
        .filter(({ record, active }) => active && (name === undefined || record.projection === name))
        .map(({ record }) => record);
      if (records.length === 0) {
        complain(
          `There is nothing to compare: ${name ?? 'no projection'} has ${name ? 'no' : 'an'} active generation.`,
        );
        return 1;
      }
      const dictionaries = new DictionaryCache(cachedSeries);
      const ports = {
        log,
        models: modelStore(client, keys),
        decode: (bytes: Uint8Array) => decodeSegment(bytes, dictionaries),
        keptFrom: (record: GenerationRecord, until: AbortSignal) => readKeptFrom(client, keys, record, until),
      };
      const all = partitionsOf(partitions);
      const compared = options.sample === undefined ? all : sampleOf(all, options.sample, Math.random);
      const whole = await verifyProjections(ports, records, compared, signal);
      const verdict = compared.length < all.length ? { ...whole, sample: compared } : whole;
      if (options.json) print(JSON.stringify(verdict));
      else {
        const { differences, not_compared: others = [] } = verdict;
        differences.map(describeDifference).forEach(print);
        others.map(describeNotCompared).forEach(print);
        const found = differences.length === 0 ? 'no difference' : plural(differences.length, 'difference');
        const where = compared.length < all.length ? ` in partitions ${compared.join(', ')}` : '';
        const since = verdict.partial ? ', from where retention left the log on' : '';
        if (verdict.compared > 0 || others.length === 0) {
          print(`${String(verdict.compared)} documents compared${where}${since}: ${found}`);
        }
      }
      return verdict.ok ? 0 : 1;
    });
  },
});

export const command = cliGroup('Show, check and rebuild the projections that are folded from the log.', {
  list,
  reset,
  cancel,
  verify,
});
