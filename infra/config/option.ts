import { type Accepts, each, orAbsent, text, yesOrNo } from './accepts.js';

/** One option of a command: how it is written on the command line and what its text may be. */
export interface Option<A> {
  /** In commander's notation: `--loop`, `--port <N>`, `--source <PATH...>`. Absent for a secret. */
  readonly flag?: string;
  readonly help: string;
  readonly codec: Accepts<A>;
  /** The text that stands for an option that was not given; goes through the codec like any other. */
  readonly fallback?: string;
  readonly takes: 'text' | 'texts' | 'nothing' | 'secret';
}

/** The options of a command by the name that its code uses, in camel case. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** What a command's options decode to. */
export type Configuration<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends Option<infer A> ? A : never;
};

export const optional = <A>(flag: string, help: string, codec: Accepts<A>): Option<A | undefined> => ({
  flag,
  help,
  codec: orAbsent(codec),
  takes: 'text',
});

export const withDefault = <A>(flag: string, help: string, codec: Accepts<A>, fallback: string): Option<A> => ({
  flag,
  help,
  codec,
  fallback,
  takes: 'text',
});

/** An option without a value. */
export const flag = (flag: string, help: string): Option<boolean> => ({
  flag,
  help,
  codec: yesOrNo,
  fallback: 'false',
  takes: 'nothing',
});

/** An option with one or more values; in the environment they are separated by commas. */
export const list = <A>(flag: string, help: string, codec: Accepts<A>): Option<readonly A[]> => ({
  flag,
  help,
  codec: each(codec),
  takes: 'texts',
});

/** Comes from its environment variable, or from the file that the variable with `_FILE` appended names. */
export const secretOf = <A>(help: string, codec: Accepts<A>): Option<A | undefined> => ({
  help,
  codec: orAbsent(codec),
  takes: 'secret',
});

export const secret = (help: string): Option<string | undefined> => secretOf(help, text);

/** `dataDir` → `TELEMETRY_DATA_DIR`. */
export const environmentName = (name: string): string =>
  `TELEMETRY_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
