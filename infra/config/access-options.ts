import { duration, hostName, tokens, webOrigin, wholeNumber } from './accepts.js';
import { type Configuration, flag, list, optional, secret, secretOf, withDefault } from './option.js';

/** Who may ask a gateway, and how much. */
export const accessOptions = {
  corsOrigin: list('--cors-origin <ORIGIN...>', 'other sites whose pages may ask; * for every site', webOrigin),
  allowedHost: list(
    '--allowed-host <NAME...>',
    'names that the gateway may be asked by, beside addresses and localhost; * for any (default: on loopback without a read token none, else any)',
    hostName,
  ),
  rateLimit: optional(
    '--rate-limit <N>',
    'requests and messages of one client a second, 0 for any number (default: 1000, on loopback any)',
    wholeNumber(0, 1_000_000),
  ),
  connectionLimit: optional(
    '--connection-limit <N>',
    'connections of one client at a time, 0 for any number (default: 1000, on loopback any)',
    wholeNumber(0, 1_000_000),
  ),
  trustedProxies: withDefault(
    '--trusted-proxies <N>',
    'proxies before the gateway, whose X-Forwarded-For tells who the client is',
    wholeNumber(0, 10),
    '0',
  ),
  maxHistorySpan: optional(
    '--max-history-span <TIME>',
    'how long a time a request with a step may ask for (default: any)',
    duration,
  ),
  disableIntrospection: flag('--disable-introspection', 'tell nobody the schema of GraphQL, which GraphiQL needs'),
  disableGraphiql: flag('--disable-graphiql', 'serve no GraphiQL'),
  readToken: secretOf('requests must carry it, or one of several; without it everybody may read', tokens),
  adminToken: secret('lets requests that carry it rebuild projections; without it none may'),
};

export type AccessConfiguration = Configuration<typeof accessOptions>;

const listed = (flag: string, values: readonly string[]): readonly string[] =>
  values.length === 0 ? [] : [flag, ...values];

const number = (flag: string, value: number | undefined): readonly string[] =>
  value === undefined ? [] : [flag, String(value)];

/** The same options as a command line. Tokens go by the environment, which every process of a system has. */
export const accessArguments = (settings: AccessConfiguration): readonly string[] => [
  ...listed('--cors-origin', settings.corsOrigin),
  ...listed('--allowed-host', settings.allowedHost),
  ...number('--rate-limit', settings.rateLimit),
  ...number('--connection-limit', settings.connectionLimit),
  ...number('--trusted-proxies', settings.trustedProxies),
  ...(settings.maxHistorySpan === undefined ? [] : ['--max-history-span', `${String(settings.maxHistorySpan)}ms`]),
  ...(settings.disableIntrospection ? ['--disable-introspection'] : []),
  ...(settings.disableGraphiql ? ['--disable-graphiql'] : []),
];
