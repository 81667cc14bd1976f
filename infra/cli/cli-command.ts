import { type Configuration, type OptionTable } from '../config/option.js';
import { type Thread } from '../threads/thread.js';

/** 0 done, 1 failed or a difference found, 2 bad usage. */
export type ExitCode = 0 | 1 | 2;

/** What a command may use of the process around it. */
export interface CliContext {
  /** The arguments that are no options. */
  readonly args: readonly string[];
  /** Aborted by Ctrl-C, by SIGTERM, and when the supervisor that started this process is gone. */
  readonly signal: AbortSignal;
  readonly environment: NodeJS.ProcessEnv;
  /** To be called when what a command loads when it runs has been loaded: its process is set up for its work then. */
  readonly loaded: () => void;
  /** Begun before the command was loaded, for one that is likely to use it, and ended by whoever began it. */
  readonly thread?: Thread | undefined;
  /** One line of a result, to standard output. */
  readonly print: (line: string) => void;
  /** One line for people, to standard error. */
  readonly complain: (line: string) => void;
}

/** A command: its options are decoded before `run` is called, so `run` meets no bad configuration. */
export interface CliCommand {
  readonly kind: 'command';
  readonly summary: string;
  /** In commander's notation: `<KEY>`, `[SOURCE...]`. */
  readonly args: string | undefined;
  /** Shown below the options by `--help`. */
  readonly notes: string | undefined;
  readonly options: OptionTable;
  readonly run: (configuration: unknown, context: CliContext) => Promise<ExitCode>;
}

/** Commands under one word, as `projections list`. */
export interface CliGroup {
  readonly kind: 'group';
  readonly summary: string;
  readonly commands: Readonly<Record<string, CliCommand>>;
}

export interface CommandSpec<T extends OptionTable> {
  readonly summary: string;
  readonly args?: string;
  readonly notes?: string;
  readonly options: T;
  readonly run: (configuration: Configuration<T>, context: CliContext) => Promise<ExitCode>;
}

export const cliCommand = <T extends OptionTable>(spec: CommandSpec<T>): CliCommand => ({
  kind: 'command',
  summary: spec.summary,
  args: spec.args,
  notes: spec.notes,
  options: spec.options,
  run: (configuration, context) => spec.run(configuration as Configuration<T>, context),
});

export const cliGroup = (summary: string, commands: Readonly<Record<string, CliCommand>>): CliGroup => ({
  kind: 'group',
  summary,
  commands,
});
