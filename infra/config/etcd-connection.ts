import { connect } from 'node:net';
import { resolve } from 'node:path';
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
// A type import of the whole statement: `import { type … }` would still load the module, and etcd's client with it.
import type { EtcdAddress, EtcdTls } from '../etcd/client.js';
import { onAbort } from '../../domain/on-abort.js';
import { clientUrl, knownEtcdNodes } from '../etcd-server/etcd-nodes.js';
import { type connectionOptions } from './common-options.js';
import { type Handshake, handshake, type LookLimits } from './etcd-handshake.js';
import { type EtcdTlsFiles, readEtcdTls, renewedEtcdTls } from './etcd-tls-files.js';
import { type Configuration } from './option.js';
import { renewedSecret, secretFile } from './secret-file.js';

export type ConnectionOptions = Configuration<typeof connectionOptions>;

/** Milliseconds for an address to answer in. */
const withinMs = 3_000;

/** The addresses that were given, else those of the etcd that `telemetry up` or `telemetry etcd` keeps in the data folder. */
export const etcdEndpoints = async (
  options: Pick<ConnectionOptions, 'etcd' | 'dataDir'>,
): Promise<Either<string, readonly string[]>> => {
  if (options.etcd !== undefined) return right(options.etcd);
  const nodes = await knownEtcdNodes(options.dataDir);
  return nodes.length > 0
    ? right(nodes.map(clientUrl))
    : left(
        `No etcd: --etcd names none, and ${resolve(options.dataDir)} holds none. ` +
          'Start a system with `telemetry up`, name its folder with --data-dir, or name an etcd with --etcd URL.',
      );
};

const canConnect = (endpoint: string, { withinMs, signal }: LookLimits): Promise<true | string> =>
  new Promise((answer, refuse) => {
    const { hostname, port } = new URL(endpoint);
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) });
    const heed = onAbort(signal, () => {
      socket.destroy();
      refuse(signal.reason as Error);
    });
    const done = (result: true | string): void => {
      heed();
      socket.destroy();
      answer(result);
    };
    socket.setTimeout(withinMs, () => done(`no answer within ${String(withinMs / 1000)} s`));
    socket.once('connect', () => done(true)).once('error', (error) => done(error.message));
  });

/**
 * What an etcd must do to be worth beginning with. An etcd that is starting takes connections before it answers: who
 * waits for it anyway wants no more.
 */
export type Expected = 'connections' | 'answers';

/** A certificate that is not accepted is told in any case: waiting does not mend it. */
const lookAt = async (
  endpoint: string,
  expected: Expected,
  tls: EtcdTls | undefined,
  files: EtcdTlsFiles,
  signal: AbortSignal,
): Promise<Handshake> => {
  const limits = { withinMs, signal };
  if (expected === 'answers') return handshake(endpoint, tls, files, limits);
  if (endpoint.startsWith('https:')) {
    const found = await handshake(endpoint, tls, files, limits);
    return found.kind === 'silent' ? { kind: 'spoken' } : found;
  }
  const answer = await canConnect(endpoint, limits);
  return answer === true ? { kind: 'spoken' } : { kind: 'unreachable', message: answer };
};

/** For who goes on for long: passwords and certificates that come into their files are used from then on. */
export interface Renewal {
  readonly environment: NodeJS.ProcessEnv;
  /** Told when a file cannot be used. */
  readonly notice: (message: string) => void;
}

const asBefore =
  ({ notice }: Renewal) =>
  (message: string): void =>
    notice(`etcd is asked with what was there before: ${message}.`);

/** A user of etcd. @param option the name of the option that told the password */
export const etcdUser = (
  username: string,
  password: string | undefined,
  option: string,
  renewal?: Renewal,
): NonNullable<EtcdAddress['user']> => {
  const file = renewal && secretFile(option, renewal.environment);
  const first = password ?? '';
  return { username, password: file ? renewedSecret(file, first, asBefore(renewal)) : first };
};

/**
 * The connection that a command's options describe. Left is a sentence for people: no etcd is known, a certificate
 * cannot be used or is not accepted, or none of the addresses answers within 3 s.
 *
 * @throws the signal's reason when it aborts meanwhile
 */
export const etcdConnection = async (
  options: ConnectionOptions,
  signal: AbortSignal,
  expected: Expected = 'answers',
  renewal?: Renewal,
): Promise<Either<string, EtcdAddress>> => {
  const found = await etcdEndpoints(options);
  if (isLeft(found)) return found;
  const endpoints = found.right;
  const files = readEtcdTls(options);
  if (isLeft(files)) return left(`etcd cannot be asked: ${files.left}.`);
  const tls = files.right;
  signal.throwIfAborted();
  const plain = endpoints.find((endpoint) => !endpoint.startsWith('https:'));
  if (tls && plain !== undefined) return left(`etcd is not asked: certificates are for https, and ${plain} is not.`);
  const looks = await Promise.all(endpoints.map((endpoint) => lookAt(endpoint, expected, tls, options, signal)));
  if (!looks.some(({ kind }) => kind === 'spoken')) {
    const told = looks
      .map((look, index) => `${endpoints[index]!}: ${'message' in look ? look.message : ''}`)
      .join('; ');
    return looks.some(({ kind }) => kind === 'distrusted')
      ? left(`There is no safe way to etcd (${told}).`)
      : left(`etcd is unreachable (${told}). Start it (\`telemetry up\` runs one), or correct --etcd.`);
  }
  const { etcdUsername: name, etcdPassword: password } = options;
  return right({
    endpoints,
    ...(name !== undefined && { user: etcdUser(name, password, 'etcdPassword', renewal) }),
    ...(tls && { tls: renewal ? renewedEtcdTls(options, tls, asBefore(renewal)) : tls }),
  });
};
