import assert from 'node:assert/strict';
import { buildCommand, type Chosen, redirect } from '../../../infra/cli/build-command.js';
import { type CliCommand } from '../../../infra/cli/cli-command.js';
import { environmentName } from '../../../infra/config/option.js';
import { readConfiguration } from '../../../infra/config/read-configuration.js';

const commands: Readonly<Record<string, () => Promise<CliCommand>>> = {
  stream: async () => (await import('../../../commands/cli/stream.main.js')).command,
  collect: async () => (await import('../../../commands/cli/collect.main.js')).command,
  serve: async () => (await import('../../../commands/cli/serve.main.js')).command,
  'projections list': async () => (await import('../../../commands/cli/projections-list.main.js')).list,
};

const knownTo = ({ options }: CliCommand): ReadonlySet<string> =>
  new Set(
    Object.entries(options).flatMap(([name, { takes }]) => {
      const variable = environmentName(name);
      return takes === 'secret' ? [variable, `${variable}_FILE`] : [variable];
    }),
  );

/**
 * What the program has against being started so: options and variables that the command does not have, values that it
 * does not take. Files that variables name are read.
 */
export const complaintsOfProgram = async (
  path: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> => {
  const command = await commands[path]?.();
  if (command === undefined) return [`there is no ${path} here`];
  const known = knownTo(command);
  const strange = Object.keys(environment).filter((name) => name.startsWith('TELEMETRY_') && !known.has(name));
  let chosen: Chosen | undefined;
  const parser = buildCommand(path, command, (one) => (chosen = one));
  redirect(parser, assert.fail, assert.fail).parse(args, { from: 'user' });
  const configuration = readConfiguration(command.options, chosen!.given, environment);
  return [
    ...strange.map((name) => `${path} has no ${name}`),
    ...(configuration._tag === 'Left' ? configuration.left : []),
  ];
};
