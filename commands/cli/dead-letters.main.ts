import { setTimeout as sleep } from 'node:timers/promises';
import { instantOfMillis } from '../../domain/instant.js';
import { cliCommand, cliGroup, type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { accepts, text, waitingTime } from '../../infra/config/accepts.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { type ConnectionOptions } from '../../infra/config/etcd-connection.js';
import { type OpenStore } from '../../infra/config/open-store.js';
import { list as listOption, optional, withDefault } from '../../infra/config/option.js';
import { deadLetterReader } from '../../infra/etcd/dead-letter-reader.js';
import { EtcdLetterDesk } from '../../infra/etcd/letter-desk.js';
import { type LetterPlace, parseDeadLetterId } from '../../domain/dead-letter-id.js';
import { type DeadLetterReader } from '../dead-letters/dead-letter-port.js';
import {
  awaitReplays,
  type Decided,
  type Deciding,
  discardLetters,
  faultsOf,
  requestReplays,
} from '../dead-letters/decide-letters.js';
import { deadLetterJson, deadLetterLine, deadLetterText } from '../dead-letters/describe-dead-letter.js';
import { withLog } from './with-log.main.js';

const withStore = (
  options: ConnectionOptions,
  context: CliContext,
  run: (store: OpenStore) => Promise<ExitCode>,
): Promise<ExitCode> => withLog(options, context, (_log, _identity, store) => run(store));

const readerOf = ({ client, keys }: OpenStore): DeadLetterReader => deadLetterReader(client, keys);

const options = { ...connectionOptions, ...jsonOption };

const list = cliCommand({
  summary: 'List the rows that could not become events, with the reasons and what became of them since.',
  notes: 'With --json one JSON object a line.',
  options,
  run: (given, context) =>
    withStore(given, context, async (store) => {
      for await (const letter of readerOf(store).list(context.signal)) {
        context.print(given.json ? JSON.stringify(deadLetterJson(letter)) : deadLetterLine(letter));
      }
      return 0;
    }),
});

const noSuchId = (id: string): string =>
  `${id} names no dead letter; accepted: SOURCE/OFFSET as \`telemetry dead-letters list\` shows`;

const show = cliCommand({
  summary: 'Show one such row as it stood, where it stood, and why it was refused.',
  args: '<ID>',
  options,
  run: async (given, context) => {
    const [id] = context.args;
    const place = parseDeadLetterId(id!);
    if (place === undefined) {
      context.complain(noSuchId(id!));
      return 2;
    }
    return withStore(given, context, async (store) => {
      const state = await readerOf(store).get(place, context.signal);
      if (state === undefined) {
        context.complain(`There is no dead letter ${id!}. See telemetry dead-letters list.`);
        return 1;
      }
      if (given.json) context.print(JSON.stringify(deadLetterJson(state)));
      else deadLetterText(state).forEach(context.print);
      return 0;
    });
  },
});

/** The letters that the arguments name, each once; undefined, and said, where one names none. */
const placesIn = ({ args, complain }: CliContext): readonly LetterPlace[] | undefined => {
  const places = new Map(args.map((id) => [id, parseDeadLetterId(id)]));
  const wrong = [...places].filter(([, place]) => place === undefined);
  wrong.forEach(([id]) => complain(noSuchId(id)));
  return wrong.length > 0 ? undefined : [...places.values()].filter((place) => place !== undefined);
};

const decidingOf = ({ client, keys }: OpenStore, now: () => number): Deciding => ({
  desk: new EtcdLetterDesk(client, keys),
  pause: (ms, signal) => sleep(ms, undefined, { signal }),
  now: () => instantOfMillis(now()),
});

const sentences: Readonly<Record<Decided['state'], string>> = {
  requested: 'is to be read again; no streamer has done it yet',
  replayed: 'became events',
  refused: 'was read again and is refused once more',
  discarded: 'is discarded',
  absent: 'is not there',
};

const tell = (decided: readonly Decided[], json: boolean, { print, complain }: CliContext): ExitCode => {
  for (const one of decided) {
    const { id, state, reasons, ok } = one;
    if (json) print(JSON.stringify(one));
    else (ok ? print : complain)(`${id} ${sentences[state]}${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}`);
  }
  return decided.every(({ ok }) => ok) ? 0 : 1;
};

const correction = accepts<readonly [string, string]>('COLUMN=TEXT, such as value=0', (given) => {
  const at = given.indexOf('=');
  return at > 0 ? [given.slice(0, at), given.slice(at + 1)] : undefined;
});

const replay = cliCommand({
  summary: 'Have rows that were refused read again, with some of their texts corrected or as they are.',
  args: '<ID...>',
  notes:
    'What is asked for is recorded, and a streamer appends what the rows become, each once. Without --set it is of use\n' +
    'after an update that reads what was refused before. Exits 1 when a row is refused once more, is not there, or was\n' +
    'discarded, and when no streamer does it in time: the request stays.',
  options: {
    ...options,
    set: listOption('--set <COLUMN=TEXT...>', 'texts in place of those in the row', correction),
    wait: withDefault('--wait <TIME>', 'how long to wait for a streamer', waitingTime, '10s'),
  },
  run: async (given, context) => {
    const places = placesIn(context);
    if (places === undefined) return 2;
    const { signal, complain } = context;
    return withStore(given, context, async (store) => {
      const deciding = decidingOf(store, Date.now);
      const faults = await faultsOf(deciding, places, given.set, signal);
      faults.forEach((fault) => complain(`telemetry dead-letters replay: --set: ${fault}`));
      if (faults.length > 0) return 2;
      const asked = await requestReplays(deciding, places, given.set, signal);
      const waiting = places.filter((_, at) => asked[at]!.state === 'requested');
      const served = await deciding.desk.isServed(signal);
      const isServed = served.kind === 'answered' && served.value;
      const done = await awaitReplays(deciding, waiting, isServed ? given.wait : Math.min(given.wait, 2_000), signal);
      const code = tell([...asked.filter(({ state }) => state !== 'requested'), ...done], given.json, context);
      const left = done.filter(({ state }) => state === 'requested').length;
      if (left === 0) return code;
      complain(
        `${String(left)} of them wait for a streamer${isServed ? '' : ', and none runs'}: ` +
          'telemetry stream FILE does them before it ends, a running system by itself. See telemetry dead-letters list.',
      );
      return 1;
    });
  },
});

const discard = cliCommand({
  summary: 'Settle rows that are not to become events; they stay, are counted, and are not read again.',
  args: '<ID...>',
  options: { ...options, reason: optional('--reason <TEXT>', 'why; it is recorded', text) },
  run: async (given, context) => {
    const places = placesIn(context);
    if (given.reason === undefined) context.complain('telemetry dead-letters discard: --reason is missing');
    const { reason } = given;
    if (places === undefined || reason === undefined) return 2;
    return withStore(given, context, async (store) =>
      tell(await discardLetters(decidingOf(store, Date.now), places, reason, context.signal), given.json, context),
    );
  },
});

export const command = cliGroup('The rows that could not become events.', { list, show, replay, discard });
