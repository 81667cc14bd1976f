import { isLeft } from 'fp-ts/lib/Either.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { type ConnectionOptions } from '../../infra/config/etcd-connection.js';
import { type OpenStore, openStore } from '../../infra/config/open-store.js';
import { readLogIdentity } from '../../infra/etcd/log-identity-store.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';

/** Milliseconds that a command bears an etcd that does not answer. */
export const patienceMs = 10_000;

/** Where there is none. */
const noLog = (prefix: string): string =>
  `There is no log below ${prefix}. A streamer creates it: telemetry stream FILE.`;

/** Opens the log for a command that reads it, and says so where there is none. */
export const withLog = async (
  options: ConnectionOptions,
  { complain, signal }: CliContext,
  run: (log: EtcdLogReader, identity: LogIdentity, store: OpenStore) => Promise<ExitCode>,
): Promise<ExitCode> => {
  const store = await openStore(options, signal);
  if (isLeft(store)) {
    complain(store.left);
    return 1;
  }
  const { client, keys } = store.right;
  try {
    const identity = await readLogIdentity(client, keys, signal, { patienceMs });
    if (identity === undefined) {
      complain(noLog(keys.prefix));
      return 1;
    }
    const code = await run(new EtcdLogReader(client, keys, identity.partitions), identity, store.right);
    signal.throwIfAborted();
    return code;
  } finally {
    client.close();
  }
};

/** Prints a line, and waits for a reader of our output that is slower than we are. */
export const printed = async (line: string, { print }: CliContext): Promise<void> => {
  print(line);
  if (process.stdout.writableNeedDrain) await new Promise((resolve) => process.stdout.once('drain', resolve));
};
