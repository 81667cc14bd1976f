import { isLeft } from 'fp-ts/lib/Either.js';
import { type ArchiveHeld } from '../../domain/archive-held.js';
import { type GenerationRecord, ProjectionName, projectionNames } from '../../domain/generation.js';
import { instantOfMillis } from '../../domain/instant.js';
import { cliCommand, type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { progressDisplay } from '../../infra/cli/progress-display.js';
import { counted, lasting, plural } from '../../domain/quantities.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { type OpenStore, openStore } from '../../infra/config/open-store.js';
import { text } from '../../infra/config/accepts.js';
import { flag, optional } from '../../infra/config/option.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { type BuildEnd, type BuildsProgress, followBuilds } from '../projections/follow-builds.js';
import { listRows } from '../projections/list-rows.main.js';
import { examineArchive } from './examine-archive.main.js';
import { unknownProjections } from '../projections/unknown-projections.js';
import { requestReset } from '../projections/request-reset.js';
import { nobodyFolds, unfolded } from '../projections/unfolded.js';

const patienceMs = 10_000;

const options = {
  ...connectionOptions,
  ...jsonOption,
  wait: flag('--wait', 'show how far it is, and return when queries answer from it'),
  partial: flag('--partial', 'build from what the log still has, when its old end has been trimmed'),
  fromArchive: optional(
    '--from-archive <DIR>',
    'build what has been trimmed from this archive; by collectors that were given it too, as --archive',
    text,
  ),
};

interface Asked {
  readonly started: readonly GenerationRecord[];
  readonly refused: boolean;
  /** What people were told of those that nobody can fold now. */
  readonly told: readonly string[];
}

const ask = async (
  { client, keys }: OpenStore,
  names: readonly ProjectionName[],
  { partial, archive }: { readonly partial: boolean; readonly archive: ArchiveHeld | undefined },
  { signal, complain }: CliContext,
): Promise<Asked> => {
  const registry = generationRegistry(client, keys);
  const collectors = async () => (await takeSnapshot(client, keys, signal)).collectors;
  const given = { trimmed: partial ? ('build partially' as const) : ('refuse' as const), ...(archive && { archive }) };
  const started: GenerationRecord[] = [];
  const told: string[] = [];
  let refused = false;
  for (const name of names) {
    const now = instantOfMillis(Date.now());
    const { outcome, foldable } = await requestReset({ registry, collectors }, name, given, now, signal);
    if (outcome.kind === 'refused') {
      refused = true;
      const cure = partial ? '' : ' --from-archive DIR builds from an archive, --partial from what is left.';
      complain(`${name} is not built anew: ${outcome.reason}. Nothing has been changed.${cure}`);
      continue;
    }
    started.push(outcome.record);
    if (!foldable) told.push(nobodyFolds(outcome.record));
  }
  told.forEach(complain);
  return { started, refused, told };
};

const describe = ({ partitions, partitionsDone, events, eventsPerSecond }: BuildsProgress): string =>
  `${counted(partitionsDone)} of ${plural(partitions, 'partition')}, ${plural(events, 'event')}, ` +
  `${counted(eventsPerSecond)}/s`;

const wait = async (
  store: OpenStore,
  { started: builds, told }: Asked,
  { signal, complain }: CliContext,
): Promise<ReadonlyMap<unknown, BuildEnd>> => {
  const onTerminal = process.stderr.isTTY;
  const display = progressDisplay(onTerminal, complain);
  const registry = generationRegistry(store.client, store.keys);
  try {
    return await followBuilds(
      {
        generations: (until) => registry.read(until),
        rows: (until) => listRows(store, patienceMs, until),
        hindrances: async (records, until) => {
          const { collectors } = await takeSnapshot(store.client, store.keys, until);
          return unfolded(records, collectors);
        },
        tell: (remark) => display.say(remark),
        show: (progress) => {
          const { segments, segmentsLeft, secondsLeft } = progress;
          const left = onTerminal || secondsLeft === undefined ? '' : `, ${lasting(secondsLeft)} left`;
          display.show({ done: segments - segmentsLeft, total: segments, text: `${describe(progress)}${left}` });
        },
      },
      builds,
      signal,
      told,
    );
  } catch (error) {
    if (signal.aborted)
      display.say('The build goes on without being waited for; telemetry projections cancel NAME gives it up.');
    throw error;
  } finally {
    display.end();
  }
};

const meanings: Readonly<Record<BuildEnd, string>> = {
  active: 'queries answer from it',
  superseded: 'a later one has taken its place',
  failed: 'it has failed; see `telemetry projections list`',
  gone: 'it was cancelled, or another reset has taken its place',
};

const resultOf = ({ projection, generation, version, partial }: GenerationRecord, state: BuildEnd | 'building') => ({
  ...{ name: projection, version, generation: String(generation), state, partial },
});

export const reset = cliCommand({
  summary: 'Build projections anew beside what queries answer from, and switch when that has caught up.',
  args: '<NAME...>',
  notes: `NAME is one of ${projectionNames.join(', ')}. Queries go on meanwhile. A reset of what is being built begins it again. --json prints an object for one NAME, a list for more.`,
  options,
  run: async ({ wait: waits, partial, fromArchive, json, ...connection }, context): Promise<ExitCode> => {
    const { args, print, complain } = context;
    const unknown = unknownProjections(args);
    if (unknown !== undefined) {
      complain(unknown);
      return 2;
    }
    if (partial && fromArchive !== undefined) {
      complain(
        '--partial builds from what the log still has, --from-archive from all that there was: give one of them.',
      );
      return 2;
    }
    const store = await openStore(connection, context.signal);
    if (isLeft(store)) {
      complain(store.left);
      return 1;
    }
    try {
      const names = [...new Set(args)].filter(ProjectionName.is);
      const archive =
        fromArchive === undefined ? undefined : await examineArchive(store.right, fromArchive, context.signal);
      if (typeof archive === 'string') {
        // What is wrong with a file of it names that by its whole path.
        const named = archive.startsWith(fromArchive!) ? archive : `${fromArchive!}: ${archive}`;
        complain(`${named}. Nothing has been changed.`);
        return 1;
      }
      const asked = await ask(store.right, names, { partial, archive }, context);
      const { started, refused } = asked;
      const ends = waits ? await wait(store.right, asked, context) : new Map<unknown, BuildEnd>();
      const results = started.map((record) => resultOf(record, ends.get(record) ?? 'building'));
      if (json) print(JSON.stringify(args.length === 1 ? (results[0] ?? null) : results));
      else
        for (const { name, generation, version, state } of results) {
          const said = state === 'building' ? 'is being built' : meanings[state];
          print(`${name}: generation ${generation}, version ${String(version)}: ${said}`);
        }
      return refused || results.some(({ state }) => state === 'failed' || state === 'gone') ? 1 : 0;
    } finally {
      store.right.client.close();
    }
  },
});
