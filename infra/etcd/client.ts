import { ConstantBackoff, NoopPolicy } from 'cockatiel';
import { Etcd3 } from 'etcd3';
import { isLoopback } from '../../domain/loopback.js';
import { preferLiving } from './living-members.js';
import { poolOf, signOnAgain, signOnAsOtherCalls, type SigningPool } from './sign-on.js';

/**
 * What etcd and its client know each other by, as PEM: the authority of etcd's certificate, unless it is one that the
 * machine trusts anyway, and our own where etcd asks clients for one.
 */
export interface EtcdTls {
  readonly rootCertificate?: Buffer;
  readonly privateKey?: Buffer;
  readonly certChain?: Buffer;
}

/** How to reach etcd. What may change while it is used is a function, asked before each use: it answers at once. */
export interface EtcdAddress {
  /** URLs of the members, such as `http://127.0.0.1:2379`; all `https:` or none. */
  readonly endpoints: readonly string[];
  readonly tls?: EtcdTls | (() => EtcdTls);
  readonly user?: { readonly username: string; readonly password: string | (() => string) };
  /** Milliseconds that a call may take; 2 s by default. A change of leader costs about one of these. */
  readonly deadlineMs?: number;
}

/** Of a call, where nothing else is said. */
export const usualDeadlineMs = 2_000;
const megabyte = 1 << 20;

/** As it is now. */
export const current = <A extends EtcdTls | string>(known: A | (() => A)): A =>
  typeof known === 'function' ? known() : known;

type Options = ConstructorParameters<typeof Etcd3>[0] & object;

/** What is not public of the package: its hosts make new connections with the credentials that they have by then. */
interface Pool extends SigningPool {
  readonly hosts: (SigningPool['hosts'][number] & { channelCredentials: unknown })[];
  readonly options: { credentials?: EtcdTls };
  /** Also makes anew what signs users on. */
  buildAuthentication(): unknown;
  withConnection(...args: readonly unknown[]): unknown;
}

/** Connections that there are go on; those after a change are made with what holds by then. */
const renewing = (pool: Pool, tls: () => EtcdTls, first: EtcdTls): void => {
  const connect = pool.withConnection.bind(pool);
  let used = first;
  pool.withConnection = (...args) => {
    const known = tls();
    if (known !== used) {
      used = known;
      pool.options.credentials = known;
      const made = pool.buildAuthentication();
      signOnAsOtherCalls(pool);
      for (const host of pool.hosts) host.channelCredentials = made;
    }
    return connect(...args);
  };
};

/** The package reads the password each time that it signs on. */
const signingOn = ({ username, password }: NonNullable<EtcdAddress['user']>) => ({
  username,
  get password() {
    return current(password);
  },
});

const isHere = (endpoints: readonly string[]): boolean =>
  endpoints.every((endpoint) => isLoopback(new URL(endpoint).hostname));

/**
 * A client of etcd that repeats nothing by itself: the package's own fault handling sends transactions again in
 * silence, and its circuit breaker blocks every call for seconds after a burst of errors. Each unary call has a
 * deadline, since a call to a stopped etcd never returns without one; streams have none. `close()` does not end raw
 * streams: cancel them first.
 */
export const createClient = ({ endpoints, tls, user, deadlineMs = usualDeadlineMs }: EtcdAddress): Etcd3 => {
  const noPolicy = new NoopPolicy();
  const credentials = tls && current(tls);
  const client = new Etcd3({
    hosts: [...endpoints],
    // It takes machines' own authorities for a root that is absent, whatever its types say.
    ...(credentials && { credentials: credentials as Options['credentials'] & object }),
    ...(user && { auth: signingOn(user) }),
    faultHandling: { host: () => noPolicy, global: noPolicy, watchBackoff: new ConstantBackoff(100).next() },
    // A function: an object would be one absolute time for the whole life of the client.
    defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + deadlineMs }),
    grpcOptions: {
      // A proxy of the environment is no way to this machine; gRPC takes it for one unless `no_proxy` says otherwise.
      ...(isHere(endpoints) && { 'grpc.enable_http_proxy': 0 }),
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 3_000,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      // Pages are bounded by the sizes seen, which can be wrong once; etcd itself sends nothing without a bound.
      'grpc.max_receive_message_length': 256 * megabyte,
    },
  });
  preferLiving(client);
  const pool = poolOf<Pool>(client);
  signOnAsOtherCalls(pool);
  signOnAgain(pool);
  if (typeof tls === 'function' && credentials) renewing(pool, tls, credentials);
  return client;
};
