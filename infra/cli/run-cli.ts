import { CommanderError } from 'commander';
import { isLeft } from 'fp-ts/lib/Either.js';
import { readConfiguration } from '../config/read-configuration.js';
import { buildCommand, type Chosen, redirect } from './build-command.js';
import { type CliCommand, type CliContext, type CliGroup, type ExitCode } from './cli-command.js';

export interface CliSurroundings extends Omit<CliContext, 'args' | 'loaded'> {
  /** Told of what a command did not expect, before it ends with it. */
  readonly failed?: (error: unknown) => void;
  /** See `CliContext.loaded`. */
  readonly loaded?: () => void;
}

const withoutNewline = (text: string): string => text.replace(/\n$/, '');

/**
 * Runs one command with its command line: decodes the options, and only then starts it. Bad usage is said in one
 * message and answered with 2; an error that the command did not expect with its message and 1.
 */
export const runCli = async (
  path: string,
  cli: CliCommand | CliGroup,
  argv: readonly string[],
  around: CliSurroundings,
): Promise<ExitCode> => {
  const chosen = choose(path, cli, argv, around);
  if (typeof chosen === 'number') return chosen;
  const configuration = readConfiguration(chosen.command.options, chosen.given, around.environment);
  if (isLeft(configuration)) {
    around.complain(`${chosen.path}: ${configuration.left.join('\n  and ')}`);
    around.complain(`See ${chosen.path} --help.`);
    return 2;
  }
  try {
    return await chosen.command.run(configuration.right, { loaded: () => undefined, ...around, args: chosen.args });
  } catch (error) {
    if (around.signal.aborted && error instanceof Error && error.name === 'AbortError') {
      around.complain(`${chosen.path}: ${describeError(around.signal.reason, {})} before it was done`);
      return 1;
    }
    around.failed?.(error);
    around.complain(`${chosen.path}: ${describeError(error, around.environment)}`);
    return 1;
  }
};

/** The message alone, or with where it was thrown for who sets TELEMETRY_LOG_LEVEL=debug. */
const describeError = (error: unknown, environment: NodeJS.ProcessEnv): string => {
  if (!(error instanceof Error)) return String(error);
  const detailed = ['debug', 'trace'].includes(environment['TELEMETRY_LOG_LEVEL'] ?? '');
  return detailed ? (error.stack ?? error.message) : error.message;
};

const choose = (
  path: string,
  cli: CliCommand | CliGroup,
  argv: readonly string[],
  around: CliSurroundings,
): Chosen | ExitCode => {
  let chosen: Chosen | undefined;
  const command = buildCommand(`telemetry ${path}`, cli, (one) => {
    chosen = one;
  });
  redirect(
    command,
    (text) => around.print(withoutNewline(text)),
    (text) => around.complain(withoutNewline(text)),
  );
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.code === 'commander.helpDisplayed' ? 0 : 2;
  }
  return chosen ?? 2;
};
