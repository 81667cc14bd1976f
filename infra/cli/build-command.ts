import { Command, Option as CommanderOption } from 'commander';
import { type Given } from '../config/read-configuration.js';
import { environmentName, type Option, type OptionTable } from '../config/option.js';
import { type CliCommand, type CliGroup } from './cli-command.js';

/** What the command line chose: a command, its arguments and its options' texts by their names. */
export interface Chosen {
  readonly command: CliCommand;
  readonly path: string;
  readonly args: readonly string[];
  readonly given: Given;
}

const asCommander = (name: string, { flag, help, fallback, takes }: Option<unknown>): CommanderOption => {
  const shown = fallback === undefined || takes === 'nothing' ? '' : ` (default ${fallback})`;
  return new CommanderOption(flag!, `${help}${shown} [${environmentName(name)}]`);
};

const secretsNote = (options: OptionTable): string =>
  Object.entries(options)
    .filter(([, { takes }]) => takes === 'secret')
    .map(([name, { help }]) => `  ${environmentName(name)}, or a file by ${environmentName(name)}_FILE: ${help}`)
    .join('\n');

/** A commander command that reports what was chosen, and leaves running it to its caller. */
export const buildCommand = (path: string, cli: CliCommand | CliGroup, onChosen: (chosen: Chosen) => void): Command => {
  const command = new Command(path).description(cli.summary).helpOption('-h, --help', 'show this');
  if (cli.kind === 'group') {
    for (const [name, inner] of Object.entries(cli.commands)) {
      command.addCommand(buildCommand(name, inner, (chosen) => onChosen({ ...chosen, path: `${path} ${name}` })));
    }
    return command.helpCommand(false);
  }
  if (cli.args !== undefined) command.arguments(cli.args);
  const names = new Map<string, string>();
  for (const [name, option] of Object.entries(cli.options)) {
    if (option.flag === undefined) continue;
    const commander = asCommander(name, option);
    names.set(commander.attributeName(), name);
    command.addOption(commander);
  }
  const secrets = secretsNote(cli.options);
  if (secrets) command.addHelpText('after', `\nSecrets:\n${secrets}`);
  if (cli.notes) command.addHelpText('after', `\n${cli.notes}`);
  return command.allowExcessArguments(false).action(() => {
    const given = Object.entries(command.opts<Record<string, string>>()).map(([key, value]) => [names.get(key), value]);
    onChosen({ command: cli, path, args: command.args, given: Object.fromEntries(given) as Given });
  });
};

/** Makes a command and all below it throw instead of exiting, and write where it is told to. */
export const redirect = (command: Command, out: (text: string) => void, err: (text: string) => void): Command => {
  for (const one of [command, ...command.commands]) {
    const path = one.parent === null ? one.name() : `${one.parent.name()} ${one.name()}`;
    one.exitOverride().configureOutput({
      writeOut: out,
      writeErr: err,
      outputError: (text, write) => write(text.replace(/^error: /, `${path}: `)),
    });
    one.showHelpAfterError(`See ${path} --help.`);
  }
  return command;
};
