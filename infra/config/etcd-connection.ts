import { readFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { type Either, left, right } from 'fp-ts/lib/Either.js';
// A type import of the whole statement: `import { type … }` would still load the module, and etcd's client with it.
import type { EtcdAddress } from '../etcd/client.js';
import { clientUrl, knownEtcdNodes } from '../etcd-server/etcd-nodes.js';
import { type connectionOptions } from './common-options.js';
import { type Configuration } from './option.js';

export type ConnectionOptions = Configuration<typeof connectionOptions>;

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

const canConnect = (endpoint: string, withinMs: number): Promise<true | string> =>
  new Promise((answer) => {
    const { hostname, port } = new URL(endpoint);
    const socket = connect({ host: hostname, port: Number(port) });
    const done = (result: true | string): void => {
      socket.destroy();
      answer(result);
    };
    socket.setTimeout(withinMs, () => done(`no answer within ${String(withinMs / 1000)} s`));
    socket.once('connect', () => done(true)).once('error', (error) => done(error.message));
  });

/** Whether something speaks HTTP/2 there, as etcd does at once: what is stopped takes connections, and says nothing. */
const speaksHttp2 = (endpoint: string, withinMs: number): Promise<true | string> =>
  new Promise((answer) => {
    const session = connectHttp2(endpoint);
    const done = (result: true | string): void => {
      clearTimeout(silence);
      session.destroy();
      answer(result);
    };
    const within = `within ${String(withinMs / 1000)} s`;
    let silence = setTimeout(() => done(`no answer ${within}`), withinMs);
    session.once('connect', () => {
      clearTimeout(silence);
      const nothing = `it takes connections and says nothing ${within}: it is stopped, or no etcd`;
      silence = setTimeout(() => done(nothing), withinMs);
    });
    session.once('remoteSettings', () => done(true)).on('error', (error: Error) => done(error.message));
  });

/**
 * What an etcd must do to be worth beginning with. An etcd that is starting takes connections before it answers: who
 * waits for it anyway wants no more. Over TLS the client's own first call tells more, such as whose certificate is wrong.
 */
export type Expected = 'connections' | 'answers';

const isThere = (endpoint: string, expected: Expected): Promise<true | string> =>
  expected === 'answers' && endpoint.startsWith('http:') ? speaksHttp2(endpoint, 3_000) : canConnect(endpoint, 3_000);

const tlsFiles = async ({ etcdCa, etcdKey, etcdCert }: ConnectionOptions): Promise<EtcdAddress['tls']> =>
  etcdCa === undefined
    ? undefined
    : {
        rootCertificate: await readFile(etcdCa),
        ...(etcdKey && { privateKey: await readFile(etcdKey) }),
        ...(etcdCert && { certChain: await readFile(etcdCert) }),
      };

/**
 * The connection that a command's options describe. Left is a sentence for people: no etcd is known, a certificate
 * cannot be read, or none of the addresses answers within 3 s.
 */
export const etcdConnection = async (
  options: ConnectionOptions,
  expected: Expected = 'answers',
): Promise<Either<string, EtcdAddress>> => {
  const found = await etcdEndpoints(options);
  if (found._tag === 'Left') return found;
  const answers = await Promise.all(found.right.map((endpoint) => isThere(endpoint, expected)));
  if (!answers.includes(true)) {
    const each = found.right.map((endpoint, index) => `${endpoint}: ${String(answers[index])}`).join('; ');
    return left(`etcd is unreachable (${each}). Start it (\`telemetry up\` runs one), or correct --etcd.`);
  }
  const { etcdUsername: username, etcdPassword: password } = options;
  try {
    const tls = await tlsFiles(options);
    return right({
      endpoints: found.right,
      ...(username !== undefined && { user: { username, password: password ?? '' } }),
      ...(tls && { tls }),
    });
  } catch (error) {
    return left(`A certificate file cannot be read: ${(error as Error).message}`);
  }
};
