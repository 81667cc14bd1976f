import { type Role } from './announcement.js';

/** What every role needs to reach the system, as texts for its command line. */
export interface RoleSettings {
  readonly endpoints: readonly string[];
  readonly prefix: string;
  readonly cluster: string;
  readonly dataDir: string;
  readonly logLevel: string;
  readonly etcdUsername: string | undefined;
  readonly etcdCa: string | undefined;
  readonly etcdCert: string | undefined;
  readonly etcdKey: string | undefined;
}

/** What a streamer is told of its sources. */
export interface StreamSettings {
  readonly sources: readonly string[];
  readonly loop: boolean;
  readonly restamp: boolean;
  readonly speed: string | undefined;
}

export interface RoleCommand {
  readonly role: Role;
  readonly name: string;
  readonly args: readonly string[];
}

const given = (flag: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [flag, value];
const named = (role: Role, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${role}-${String(index + 1)}`);

const connection = (settings: RoleSettings): readonly string[] => [
  ...['--etcd', settings.endpoints.join(',')],
  ...['--prefix', settings.prefix],
  ...['--data-dir', settings.dataDir],
  ...['--log-level', settings.logLevel],
  ...given('--etcd-username', settings.etcdUsername),
  ...given('--etcd-ca', settings.etcdCa),
  ...given('--etcd-cert', settings.etcdCert),
  ...given('--etcd-key', settings.etcdKey),
];

/** Every streamer is given every source: they share them among themselves by claims. */
export const streamerCommands = (
  count: number,
  settings: RoleSettings,
  { sources, loop, restamp, speed }: StreamSettings,
): readonly RoleCommand[] =>
  named('streamer', sources.length === 0 ? 0 : count).map((name) => ({
    role: 'streamer',
    name,
    args: [
      ...['stream', '--name', name, ...connection(settings), '--cluster', settings.cluster],
      ...(loop ? ['--loop'] : []),
      ...(restamp ? ['--restamp'] : []),
      ...given('--speed', speed),
      ...['--', ...sources],
    ],
  }));

export const collectorCommands = (count: number, settings: RoleSettings): readonly RoleCommand[] =>
  named('collector', count).map((name) => ({
    role: 'collector',
    name,
    args: ['collect', '--name', name, ...connection(settings)],
  }));

/** One gateway on each port. */
export const gatewayCommands = (
  ports: readonly number[],
  listen: string,
  settings: RoleSettings,
): readonly RoleCommand[] =>
  named('gateway', ports.length).map((name, index) => ({
    role: 'gateway',
    name,
    args: ['serve', '--name', name, ...connection(settings), '--listen', listen, '--port', String(ports[index])],
  }));
