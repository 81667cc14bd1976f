import { ConstantBackoff, NoopPolicy } from 'cockatiel';
import { Etcd3 } from 'etcd3';

/** How to reach etcd. */
export interface EtcdAddress {
  /** URLs of the members, such as `http://127.0.0.1:2379`; all `https:` or none. */
  readonly endpoints: readonly string[];
  /** PEM: the authority that signed etcd's certificate, and our own where etcd asks clients for one. */
  readonly tls?: { readonly rootCertificate: Buffer; readonly privateKey?: Buffer; readonly certChain?: Buffer };
  readonly user?: { readonly username: string; readonly password: string };
  /** Milliseconds that a call may take; 2 s by default. A change of leader costs about one of these. */
  readonly deadlineMs?: number;
}

const megabyte = 1 << 20;

/**
 * A client of etcd that repeats nothing by itself: the package's own fault handling sends transactions again in
 * silence, and its circuit breaker blocks every call for seconds after a burst of errors. Each unary call has a
 * deadline, since a call to a stopped etcd never returns without one; streams have none. `close()` does not end raw
 * streams: cancel them first.
 */
export const createClient = ({ endpoints, tls, user, deadlineMs = 2_000 }: EtcdAddress): Etcd3 => {
  const noPolicy = new NoopPolicy();
  return new Etcd3({
    hosts: [...endpoints],
    ...(tls && { credentials: tls }),
    ...(user && { auth: { ...user } }),
    faultHandling: { host: () => noPolicy, global: noPolicy, watchBackoff: new ConstantBackoff(100).next() },
    // A function: an object would be one absolute time for the whole life of the client.
    defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + deadlineMs }),
    grpcOptions: {
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 3_000,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      // Pages are bounded by the sizes seen, which can be wrong once; etcd itself sends nothing without a bound.
      'grpc.max_receive_message_length': 256 * megabyte,
    },
  });
};
