import { type Either, isLeft, right } from 'fp-ts/lib/Either.js';
import { type Etcd3 } from 'etcd3';
import { createClient, type EtcdAddress } from '../etcd/client.js';
import { Keys } from '../etcd/keys.js';
import { type ConnectionOptions, etcdConnection, type Expected, type Renewal } from './etcd-connection.js';

/** A client of the store that a command's options name, and the keys below its prefix. Whoever opens it closes it. */
export interface OpenStore {
  readonly client: Etcd3;
  readonly keys: Keys;
}

/** One that was just opened, with what its client was made with. */
export interface OpenedStore extends OpenStore {
  readonly address: EtcdAddress;
}

/**
 * Left is a sentence for people: no etcd is known, or it cannot be reached.
 *
 * @throws the signal's reason when it aborts meanwhile
 */
export const openStore = async (
  options: ConnectionOptions,
  signal: AbortSignal,
  expected?: Expected,
  renewal?: Renewal,
): Promise<Either<string, OpenedStore>> => {
  const connection = await etcdConnection(options, signal, expected, renewal);
  if (isLeft(connection)) return connection;
  const address = connection.right;
  return right({ client: createClient(address), address, keys: new Keys(options.prefix) });
};
