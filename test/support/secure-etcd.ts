import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { etcdEnvironment } from '../../infra/etcd-server/etcd-environment.js';
import { etcdFlags } from '../../infra/etcd-server/etcd-flags.js';
import { freePort } from '../../infra/processes/free-port.js';
import { type Guarded, spawnGuarded } from '../../infra/processes/spawn-guarded.js';
import { sendSignal } from '../../infra/processes/stop-process.js';
import { folderPrefix, scratchRoot, testEtcdBinary } from './etcd.js';
import { eventually } from './eventually.js';
import { type MadeCertificate } from './made-certificate.js';

/** A real etcd of one test that speaks TLS and lets in who shows a certificate. */
export interface SecureEtcd {
  readonly endpoint: string;
  /** Where its certificates are; it reads its own for each handshake. */
  readonly folder: string;
  /** Its own certificate from now on. */
  present(certificate: MadeCertificate): Promise<void>;
  /** Ends it by force, and starts it again on the same data and port, with other authorities of clients. */
  restart(authorities: readonly MadeCertificate[]): Promise<void>;
  stop(): Promise<void>;
}

/** @param authorities those whose clients are let in */
export const startSecureEtcd = async (
  certificate: MadeCertificate,
  authorities: readonly MadeCertificate[],
): Promise<SecureEtcd> => {
  const binary = await testEtcdBinary();
  const folder = await mkdtemp(join(scratchRoot(), `${folderPrefix}${String(process.pid)}-`));
  const file = (name: string): string => join(folder, name);
  const write = (name: string, text: string): Promise<void> => writeFile(file(name), text);
  const present = async ({ cert, key }: MadeCertificate): Promise<void> => {
    await write('server.crt', cert);
    await write('server.key', key);
  };
  await present(certificate);
  let running: Guarded | undefined;
  let isReady = false;
  let address: { readonly client: number; readonly peer: number } | undefined;

  /** Undefined when a port was taken meanwhile. */
  const start = async (): Promise<Guarded | undefined> => {
    const { client, peer } = address!;
    const node = { name: 'test', dataDir: file('data'), clientPort: client, peerPort: peer };
    const url = `https://127.0.0.1:${String(client)}`;
    // The last of two flags counts.
    const flags = [
      ...etcdFlags(node, [node]),
      ...[`--listen-client-urls=${url}`, `--advertise-client-urls=${url}`],
      ...[`--cert-file=${file('server.crt')}`, `--key-file=${file('server.key')}`],
      ...['--client-cert-auth', `--trusted-ca-file=${file('clients.crt')}`],
    ];
    let hasEnded = false;
    isReady = false;
    const guarded = await spawnGuarded(binary, flags, {
      env: etcdEnvironment(process.env),
      removeAfterUs: folder,
      onLine: (line) => {
        isReady ||= /serving client traffic/.test(line);
      },
    });
    void guarded.ended.then(() => (hasEnded = true));
    await eventually('etcd serves, or has ended', () => isReady || hasEnded);
    return hasEnded ? undefined : guarded;
  };
  const kill = async (): Promise<void> => {
    if (running === undefined) return;
    sendSignal(running.pid, 'SIGKILL');
    await running.ended;
    running = undefined;
  };
  const restart = async (trusted: readonly MadeCertificate[]): Promise<void> => {
    await kill();
    await write('clients.crt', trusted.map(({ cert }) => cert).join(''));
    running = await start();
    if (running === undefined) throw new Error('etcd did not start again');
  };

  await write('clients.crt', authorities.map(({ cert }) => cert).join(''));
  for (let attempt = 1; running === undefined && attempt <= 5; attempt++) {
    const client = await freePort();
    address = { client, peer: await freePort(new Set([client])) };
    running = await start();
  }
  if (running === undefined) throw new Error('in five attempts etcd did not start');
  return {
    endpoint: `https://127.0.0.1:${String(address!.client)}`,
    folder,
    present,
    restart,
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
