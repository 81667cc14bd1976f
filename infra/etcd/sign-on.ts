import { castGrpcError, type Etcd3, isRecoverableError } from 'etcd3';
import { isOldSignOn } from './failure.js';

type Answered = (error: Error | null, reply?: { readonly token: string }) => void;
/** What asks etcd who somebody is. */
interface AuthCalls {
  authenticate(who: { readonly name: string; readonly password: string }, options: object, answered: Answered): void;
}

/** What is not public of the package: who signs a user on, once for all calls. */
interface Authenticator {
  /** The next call signs on anew. */
  invalidateMetadata(): void;
  getCredentialsFromHost(address: string, name: string, password: string, options: object): Promise<string>;
}
export interface SigningPool {
  authenticator: Authenticator;
  readonly hosts: readonly {
    readonly host: string;
    getServiceClient(name: 'Auth'): AuthCalls;
    /** The next calls make new connections. */
    resetAllServices(): void;
  }[];
  exec(...args: readonly unknown[]): Promise<unknown>;
}

export const poolOf = <A>(client: Etcd3): A => (client as unknown as { readonly pool: A }).pool;

const tokenFrom = (calls: AuthCalls, name: string, password: string, options: object): Promise<string> =>
  new Promise((resolve, reject) => {
    calls.authenticate({ name, password }, options, (error, reply) => {
      if (error) reject(castGrpcError(error));
      else resolve(reply!.token);
    });
  });

/**
 * Signs on over the connections of the other calls: the package makes one more each time, which nobody closes, and which
 * takes the proxy of the environment to this machine too.
 */
export const signOnAsOtherCalls = (pool: SigningPool): void => {
  pool.authenticator.getCredentialsFromHost = async (address, name, password, options) => {
    const host = pool.hosts.find((one) => one.host === address)!;
    try {
      return await tokenFrom(host.getServiceClient('Auth'), name, password, options);
    } catch (error) {
      // As the package does for other calls: those that it keeps have the certificates of when they were made.
      if (isRecoverableError(error as Error)) host.resetAllServices();
      throw error;
    }
  };
};

/**
 * A call that etcd refuses since users or roles have changed after its caller signed on is made once more, signed on anew:
 * the package does so for tokens that have expired alone. etcd refuses it before it does anything.
 */
export const signOnAgain = (pool: SigningPool): void => {
  const exec = pool.exec.bind(pool);
  pool.exec = async (...args) => {
    try {
      return await exec(...args);
    } catch (error) {
      if (!isOldSignOn(error)) throw error;
      pool.authenticator.invalidateMetadata();
      return exec(...args);
    }
  };
};
