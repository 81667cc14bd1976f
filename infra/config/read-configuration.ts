import { readFileSync } from 'node:fs';
import { type Either, isRight, left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { type Configuration, environmentName, type Option, type OptionTable } from './option.js';
import { secretFile } from './secret-file.js';

/** What the command line gave, by the options' names; absent where it gave nothing. */
export type Given = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

type Raw = string | readonly string[] | undefined;

const splitList = (value: string): readonly string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/** An environment variable that is set but empty counts as not set. */
const fromEnvironment = (name: string, option: Option<unknown>, environment: NodeJS.ProcessEnv): Raw => {
  const value = environment[environmentName(name)] || undefined;
  if (option.takes === 'texts') return splitList(value ?? '');
  if (option.takes !== 'secret' || value !== undefined) return value ?? option.fallback;
  const file = secretFile(name, environment);
  return file ? readFileSync(file, 'utf8').trim() : undefined;
};

const rawValue = (name: string, option: Option<unknown>, given: Given, environment: NodeJS.ProcessEnv): Raw => {
  const value = given[name];
  if (value === undefined) return fromEnvironment(name, option, environment);
  return typeof value === 'boolean' ? String(value) : value;
};

/** `--port <N>` → `--port`; a secret goes by its variable. */
const calledBy = (name: string, option: Option<unknown>): string =>
  option.flag === undefined ? environmentName(name) : `${option.flag.split(' ')[0]!} (${environmentName(name)})`;

/** Who is named in an address may be named with a password. */
const withoutUsers = (raw: unknown): unknown =>
  typeof raw === 'string' ? raw.replaceAll(/(?<=:\/\/)[^\s,@]*@/g, '…@') : raw;

const complaint = (name: string, option: Option<unknown>, refused: readonly unknown[]): string => {
  const shown =
    option.takes === 'secret' ? 'not usable' : refused.map((raw) => JSON.stringify(withoutUsers(raw))).join(', ');
  const was = refused[0] === undefined ? 'is missing' : `was ${shown}`;
  return `${calledBy(name, option)} ${was}; accepted: ${option.codec.name}`;
};

/** The whole configuration of a command as one codec over its raw texts. */
const configurationCodec = (table: OptionTable): t.Type<Record<string, unknown>, unknown, unknown> =>
  t.type(Object.fromEntries(Object.entries(table).map(([name, { codec }]) => [name, codec])) as t.Props);

/**
 * Decodes a command's options: the command line wins over the environment, and that over the default. Left holds one
 * sentence for every option that is not accepted: its name, what it was, what is accepted.
 */
export const readConfiguration = <T extends OptionTable>(
  table: T,
  given: Given,
  environment: NodeJS.ProcessEnv,
): Either<readonly string[], Configuration<T>> => {
  const raw: Record<string, Raw> = {};
  const complaints = new Map<string, string>();
  for (const [name, option] of Object.entries(table)) {
    try {
      raw[name] = rawValue(name, option, given, environment);
    } catch (error) {
      complaints.set(name, `${environmentName(name)}_FILE cannot be read: ${(error as Error).message}`);
    }
  }
  const decoded = configurationCodec(table).decode(raw);
  if (isRight(decoded) && complaints.size === 0) return right(decoded.right as Configuration<T>);
  const errors = isRight(decoded) ? [] : decoded.left;
  for (const name of new Set(errors.map(({ context }) => context[1]!.key))) {
    const refused = errors.filter(({ context }) => context[1]!.key === name).map(({ value }) => value);
    if (!complaints.has(name)) complaints.set(name, complaint(name, table[name]!, refused));
  }
  return left([...complaints.values()]);
};
