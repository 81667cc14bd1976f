import { existsSync } from 'node:fs';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { isGlob } from '../source/glob.js';

/** A codec from the text of an option; its name says what is accepted, as the end of a sentence. */
export type Accepts<A> = t.Decoder<unknown, A>;

/** Makes a codec from a reading of the text that answers undefined for what it does not accept. */
export const accepts = <A>(name: string, read: (text: string) => A | undefined): Accepts<A> =>
  new t.Type<A, unknown, unknown>(
    name,
    (value): value is A => value !== undefined,
    (value, context) => {
      const read_ = typeof value === 'string' ? read(value.trim()) : undefined;
      return read_ === undefined ? t.failure(value, context) : t.success(read_);
    },
    t.identity,
  );

export const text: Accepts<string> = accepts('a text that is not empty', (value) => value || undefined);

/** A file or folder that is there, or a glob, which may match later. */
export const source: Accepts<string> = accepts('files and folders that are there, or globs', (value) =>
  value !== '' && (isGlob(value) || existsSync(value)) ? value : undefined,
);

/** A site by its address without a path, as browsers name it, or `*` for every site. */
export const webOrigin: Accepts<string> = accepts(
  'addresses like https://gpus.example.com without a path, or *',
  (value) => {
    if (value === '*') return value;
    if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return undefined;
    const { origin, href } = new URL(value);
    return href === `${origin}/` ? origin : undefined;
  },
);

/** A name of a machine as browsers ask by it, without a port, or `*` for every name. */
export const hostName: Accepts<string> = accepts('names like gpus.example.com without a port, or *', (value) =>
  value === '*' || /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(value) ? value : undefined,
);

/** Secrets that a header can carry. */
export const tokens: Accepts<readonly string[]> = accepts<readonly string[]>(
  'one or more tokens of visible ASCII characters, separated by commas or lines',
  (value) => {
    const each = value.split(/[,\r\n]+/).filter(Boolean);
    return each.length > 0 && each.every((token) => /^[\x21-\x7e]+$/.test(token)) ? each : undefined;
  },
);

export const wholeNumber = (least: number, most: number): Accepts<number> =>
  accepts(`a whole number from ${String(least)} to ${String(most)}`, (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    return number >= least && number <= most ? number : undefined;
  });

export const port: Accepts<number> = wholeNumber(1, 65_535);

/** A port to listen on; 0 is any free one. */
export const portToListenOn: Accepts<number> = wholeNumber(0, 65_535);

export const oneOf = <A extends string>(...values: readonly A[]): Accepts<A> =>
  accepts(`one of ${values.join(', ')}`, (value) => values.find((known) => known === value));

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const milliseconds = (value: string): number | undefined => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value);
  return match ? Math.round(Number(match[1]) * units[match[2]!]!) : undefined;
};

/** A length of time, `500ms`, `60s`, `5m`, `24h` or `7d`, in milliseconds, within bounds that are written in the same way. */
export const durationBetween = (least: string, most: string): Accepts<number> => {
  const from = milliseconds(least)!;
  const to = milliseconds(most)!;
  const bounds = from > 0 ? `${least} to ${most}` : `at most ${most}`;
  return accepts(`a length of time like 500ms, 60s, 5m, 24h or 7d, ${bounds}`, (value) => {
    const given = milliseconds(value);
    return given !== undefined && given >= from && given <= to ? given : undefined;
  });
};

/** An age: a hundred years before now is still a time. */
export const duration: Accepts<number> = durationBetween('0s', '36500d');

/** How long something is waited for or claimed: a timer that is set for more than 24 days rings at once. */
export const waitingTime: Accepts<number> = durationBetween('0s', '24d');

const sizes: Readonly<Record<string, number>> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** A size in bytes: `1048576`, `512KiB`, `16MiB` or `2GiB`. */
export const size: Accepts<number> = accepts('a size like 1048576, 512KiB, 16MiB or 2GiB', (value) => {
  const match = /^(\d+(?:\.\d+)?) ?(KiB|MiB|GiB|)$/.exec(value);
  const bytes = match ? Math.round(Number(match[1]) * sizes[match[2]!]!) : NaN;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
});

/** How fast a source is streamed: as fast as possible, or so many times the pace of its observations. */
export const speed: Accepts<'max' | number> = accepts<'max' | number>(
  'max, or a pace like 1x, 10x or 0.5x',
  (value) => {
    if (value === 'max') return 'max';
    const factor = Number(/^(\d+(?:\.\d+)?)x$/.exec(value)?.[1]);
    // Thirty years in a second: what is beyond is meant to be max, and no number is infinite.
    return factor > 0 && factor <= 1e9 ? factor : undefined;
  },
);

/** An address as clients of etcd take it: in small letters, with its port, and with nothing else. */
const endpoint = (value: string): string | undefined => {
  const port = /^https?:\/\/[^/?#@]+:(\d+)\/?$/i.exec(value)?.[1];
  if (port === undefined || !URL.canParse(value)) return undefined;
  const { protocol, hostname } = new URL(value);
  return `${protocol}//${hostname}:${String(Number(port))}`;
};

/** etcd's client addresses, separated by commas. A user goes by options of its own, so that no password is shown. */
export const endpoints: Accepts<readonly string[]> = accepts<readonly string[]>(
  'addresses like http://127.0.0.1:2379 without a user, separated by commas',
  (value) => {
    const urls = value.split(',').map((url) => endpoint(url.trim()));
    return urls.every((url) => url !== undefined) ? urls : undefined;
  },
);

export const folders: Accepts<readonly string[]> = accepts<readonly string[]>(
  'folders, separated by commas',
  (value) => {
    const all = value.split(',').map((folder) => folder.trim());
    return all.every((folder) => folder !== '') ? all : undefined;
  },
);

export const keyPrefix: Accepts<string> = accepts('a path like /telemetry/ that begins and ends with /', (value) =>
  /^\/([^/\s]+\/)+$/.test(value) ? value : undefined,
);

/** True for `--loop` on the command line and for `true`, `1`, `yes` in the environment. */
export const yesOrNo: Accepts<boolean> = accepts('true or false', (value) => {
  if (['true', '1', 'yes', 'on'].includes(value.toLowerCase())) return true;
  return ['false', '0', 'no', 'off', ''].includes(value.toLowerCase()) ? false : undefined;
});

export const orAbsent = <A>(inner: Accepts<A>): Accepts<A | undefined> =>
  new t.Type<A | undefined, unknown, unknown>(
    inner.name,
    (value): value is A | undefined => value !== null,
    (value, context) => (value === undefined ? t.success(undefined) : inner.validate(value, context)),
    t.identity,
  );

/** Each of several texts through one codec; every text that it does not accept is an error of its own. */
export const each = <A>(inner: Accepts<A>): Accepts<readonly A[]> =>
  new t.Type<readonly A[], unknown, unknown>(
    inner.name,
    (value): value is readonly A[] => Array.isArray(value),
    (value, context) => {
      const decoded = (value as readonly unknown[]).map((item) => inner.validate(item, context));
      const errors = decoded.flatMap((one) => (isLeft(one) ? one.left : []));
      return errors.length > 0 ? t.failures(errors) : t.success(decoded.filter(isRight).map(({ right }) => right));
    },
    t.identity,
  );
