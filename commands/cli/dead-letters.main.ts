import { isLeft } from 'fp-ts/lib/Either.js';
import { cliCommand, cliGroup, type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { type ConnectionOptions } from '../../infra/config/etcd-connection.js';
import { openStore } from '../../infra/config/open-store.js';
import { deadLetterReader } from '../../infra/etcd/dead-letter-reader.js';
import { parseDeadLetterId } from '../dead-letters/dead-letter-id.js';
import { type DeadLetterReader } from '../dead-letters/dead-letter-port.js';
import { deadLetterJson, deadLetterLine, deadLetterText } from '../dead-letters/describe-dead-letter.js';

const withReader = async (
  options: ConnectionOptions,
  { complain }: CliContext,
  run: (reader: DeadLetterReader) => Promise<ExitCode>,
): Promise<ExitCode> => {
  const store = await openStore(options);
  if (isLeft(store)) {
    complain(store.left);
    return 1;
  }
  const { client, keys } = store.right;
  try {
    return await run(deadLetterReader(client, keys));
  } finally {
    client.close();
  }
};

const options = { ...connectionOptions, ...jsonOption };

const list = cliCommand({
  summary: 'List the rows that could not become events, with the reasons.',
  notes: 'With --json one JSON object a line.',
  options,
  run: (given, context) =>
    withReader(given, context, async (reader) => {
      for await (const letter of reader.list(context.signal)) {
        context.print(given.json ? JSON.stringify(deadLetterJson(letter)) : deadLetterLine(letter));
      }
      return 0;
    }),
});

const show = cliCommand({
  summary: 'Show one such row as it stood, where it stood, and why it was refused.',
  args: '<ID>',
  options,
  run: async (given, context) => {
    const [text] = context.args;
    const id = parseDeadLetterId(text!);
    if (id === undefined) {
      context.complain(
        `${text!} names no dead letter; accepted: SOURCE/OFFSET as \`telemetry dead-letters list\` shows`,
      );
      return 2;
    }
    return withReader(given, context, async (reader) => {
      const letter = await reader.get(id.source, id.offset, context.signal);
      if (letter === undefined) {
        context.complain(`There is no dead letter ${text!}. See telemetry dead-letters list.`);
        return 1;
      }
      if (given.json) context.print(JSON.stringify(deadLetterJson(letter)));
      else deadLetterText(letter).forEach(context.print);
      return 0;
    });
  },
});

export const command = cliGroup('The rows that could not become events.', { list, show });
