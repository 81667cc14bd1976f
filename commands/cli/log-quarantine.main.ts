import { setTimeout as sleep } from 'node:timers/promises';
import { instantOfMillis } from '../../domain/instant.js';
import { cliCommand, type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { text } from '../../infra/config/accepts.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { type OpenStore } from '../../infra/config/open-store.js';
import { optional } from '../../infra/config/option.js';
import { readQuarantines, readSegment, writeQuarantine } from '../../infra/etcd/quarantine-store.js';
import { answeredWithin } from '../append/until-answered.js';
import { decideQuarantine, passedBy, passedByLine } from '../log/quarantine-segment.js';
import { patienceMs, withLog } from './with-log.main.js';

const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal });

const quarantineIn = async (
  { client, keys }: OpenStore,
  key: string,
  reason: string,
  json: boolean,
  { print, complain, signal }: CliContext,
): Promise<ExitCode> => {
  const known = (await readQuarantines(client, keys, signal, { patienceMs })).get(key);
  if (known === undefined) {
    const entry = await answeredWithin(() => readSegment(client, keys, key, signal), patienceMs, signal, pause);
    if (entry === undefined) {
      complain(`There is no segment ${key}. telemetry log verify names those that cannot be read.`);
      return 1;
    }
    const decision = decideQuarantine(entry, reason, instantOfMillis(Date.now()));
    if (decision.kind === 'readable') {
      complain(`${key} can be read, and holds ${String(decision.events)} events: nothing was changed.`);
      return 1;
    }
    await answeredWithin(() => writeQuarantine(client, keys, decision.quarantine, signal), patienceMs, signal, pause);
  }
  const recorded = passedBy((await readQuarantines(client, keys, signal, { patienceMs })).values()).find(
    (one) => one.key === key,
  );
  if (recorded === undefined) {
    complain(`${key} was changed meanwhile: nothing was recorded.`);
    return 1;
  }
  print(json ? JSON.stringify(recorded) : passedByLine(recorded));
  return 0;
};

export const quarantine = cliCommand({
  summary: 'Have a segment that cannot be read passed by, so that its partition goes on.',
  args: '<KEY>',
  notes:
    'The segment stays where it stands; what it held is lost to read models and queries. That is recorded with the\n' +
    'reason and shown by verify. A segment that can be read is refused.',
  options: { ...connectionOptions, ...jsonOption, reason: optional('--reason <TEXT>', 'why; it is recorded', text) },
  run: async (given, context) => {
    const { reason } = given;
    if (reason === undefined) {
      context.complain('telemetry log quarantine: --reason is missing');
      return 2;
    }
    return withLog(given, context, (_log, _identity, store) =>
      quarantineIn(store, context.args[0]!, reason, given.json, context),
    );
  },
});
