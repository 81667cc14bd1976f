import { hostname } from 'node:os';
import { type Either, isLeft, right } from 'fp-ts/lib/Either.js';
import { isLoopback } from '../../domain/loopback.js';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { type AccessConfiguration, accessOptions } from '../../infra/config/access-options.js';
import { type Accepts, duration, portToListenOn, size, text, tokens } from '../../infra/config/accepts.js';
import { roleOptions } from '../../infra/config/common-options.js';
import { etcdConnection } from '../../infra/config/etcd-connection.js';
import { optional, withDefault } from '../../infra/config/option.js';
import {
  gatewayKeyPair,
  type GatewayTlsConfiguration,
  gatewayTlsOptions,
} from '../../infra/config/gateway-tls-options.js';
import { followSecretFile, secretFile } from '../../infra/config/secret-file.js';
import { createClient } from '../../infra/etcd/client.js';
import { EtcdMembers } from '../../infra/etcd/etcd-members.js';
import { Keys } from '../../infra/etcd/keys.js';
import { createLogger, type Logger } from '../../infra/logging/logger.js';
import { listenPort } from '../../infra/processes/listen-port.js';
import { announceReady } from '../../infra/supervisor/announce.js';
import { followKeyPair } from '../../infra/tls/key-pair-files.js';
import { exposed } from '../../query-api/access/exposed.js';
import { allowedHosts } from '../../query-api/access/allowed-hosts.js';
import { type FollowTokens, type TokenChange } from '../../query-api/access/tokens.js';
import { type AccessOptions, openAccess } from '../../query-api/gateway-options.js';
import { type Tls } from '../../query-api/http/tls.js';
import { runGateway } from '../../query-api/gateway.main.js';

const nanos = (milliseconds: number): bigint => BigInt(milliseconds) * 1_000_000n;

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** One client's share of a gateway that is reached from elsewhere: requests and messages a second, connections. */
const usualLimit = 1_000;

const accessOf = (options: AccessConfiguration & { readonly listen: string }): AccessOptions => {
  const limit = (given: number | undefined) => (given ?? (isLoopback(options.listen) ? 0 : usualLimit)) || undefined;
  const [perSecond, connections] = [limit(options.rateLimit), limit(options.connectionLimit)];
  const who = { readTokens: options.readToken ?? [], origins: options.corsOrigin };
  return {
    ...openAccess,
    ...who,
    hosts: allowedHosts(options.listen, options.allowedHost, who),
    graphql: { introspection: !options.disableIntrospection, graphiql: !options.disableGraphiql },
    limits: { perSecond, connections, proxies: options.trustedProxies },
    historySpan: options.maxHistorySpan === undefined ? undefined : nanos(options.maxHistorySpan),
  };
};

/** Tokens that come from files are taken anew as these change; what a file no longer tells holds on. */
const tokensOf =
  (environment: NodeJS.ProcessEnv, logger: Logger): FollowTokens =>
  async (take, signal) => {
    const follow = async <A>(name: string, codec: Accepts<A>, change: (value: A) => TokenChange): Promise<void> => {
      const file = secretFile(name, environment);
      if (file === undefined) return;
      const complain = (message: string): void => logger.warn(`the token that there is holds on: ${message}.`);
      let isFirst = true;
      for await (const value of followSecretFile(file, codec, complain, signal)) {
        take(change(value));
        if (!isFirst) logger.info({ file }, 'the token of this file holds from now on');
        isFirst = false;
      }
    };
    await Promise.all([
      follow('readToken', tokens, (read) => ({ read })),
      follow('adminToken', text, (admin) => ({ admin })),
    ]);
  };

/** Left is a sentence for people. */
const tlsOf = async (options: GatewayTlsConfiguration, logger: Logger): Promise<Either<string, Tls | undefined>> => {
  const read = await gatewayKeyPair(options);
  if (isLeft(read)) return read;
  if (read.right === undefined) return right(undefined);
  const { files, pair } = read.right;
  const complain = (message: string): void =>
    logger.warn(`https goes on with the certificate that it has: ${message}.`);
  return right({ keyPair: pair, changes: (signal) => followKeyPair(files, pair, complain, signal) });
};

export const command = cliCommand({
  summary: 'Serve the query API: REST, GraphQL, live feeds and their documentation.',
  notes: 'Runs until it is stopped. /readyz tells when it may be asked.',
  options: {
    ...roleOptions,
    port: optional('--port <N>', 'port to listen on, 0 for any (default: 8080, or the next free one)', portToListenOn),
    listen: withDefault('--listen <ADDRESS>', 'address to listen on', text, '127.0.0.1'),
    etcdQuota: optional('--etcd-quota <SIZE>', "etcd's space quota (default: asked from etcd)", size),
    staleAfter: withDefault('--stale-after <TIME>', 'age from which on a GPU is stale', duration, '5m'),
    missingAfter: withDefault('--missing-after <TIME>', 'age from which on a GPU is missing', duration, '1h'),
    ...accessOptions,
    ...gatewayTlsOptions,
  },
  run: async (options, { signal, complain, environment }) => {
    const name = options.name ?? `gateway-${hostname()}-${String(process.pid)}`;
    const logger = createLogger(name, options.logLevel);
    if (options.missingAfter < options.staleAfter) {
      complain('serve: --missing-after is shorter than --stale-after; a GPU is stale before it is missing.');
      return 2;
    }
    const tls = await tlsOf(options, logger);
    if (isLeft(tls)) {
      complain(`serve: ${tls.left}`);
      return 1;
    }
    const port = await listenPort({ asked: options.port, usual: 8080, host: options.listen });
    if (isLeft(port)) {
      complain(`serve: ${port.left}`);
      return 1;
    }
    const notice = (text: string): void => logger.warn(text);
    const address = await etcdConnection(options, signal, 'connections', { environment, notice });
    if (isLeft(address)) {
      complain(address.left);
      return 1;
    }
    const store = { client: createClient(address.right), keys: new Keys(options.prefix) };
    const members = new EtcdMembers(address.right, options.etcdQuota);
    try {
      const statusLimits = { staleAfter: nanos(options.staleAfter), missingAfter: nanos(options.missingAfter) };
      const access = { ...accessOf(options), followTokens: tokensOf(environment, logger) };
      for (const warning of exposed(options.listen, access, options.adminToken)) logger.warn(warning);
      const serving = { port: port.right, listen: options.listen, statusLimits, access, tls: tls.right };
      const ready = (origin: string): void => announceReady({ role: 'gateway', name, addresses: [origin] });
      const { adminToken } = options;
      await runGateway({ name, adminToken, store, members, logger }, serving, ready, signal);
      return 0;
    } catch (error) {
      if (!isTaken(error)) throw error;
      complain(`serve: port ${String(port.right)} on ${options.listen} is taken by another program; see --port.`);
      return 1;
    } finally {
      members.close();
      store.client.close();
    }
  },
});
