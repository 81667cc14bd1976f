import { type Role } from './announcement.js';
import { copyName } from './copies.js';

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
  /** Bytes; undefined asks etcd. */
  readonly etcdQuota?: number | undefined;
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

const quota = ({ etcdQuota }: RoleSettings): readonly string[] =>
  given('--etcd-quota', etcdQuota === undefined ? undefined : String(etcdQuota));

/** On a free port of loopback, which `status` shows. */
const metrics = ['--metrics-port', '0'] as const;

/** Every streamer is given every source: they share them among themselves by claims. */
export const streamerCommand = (
  number: number,
  settings: RoleSettings,
  { sources, loop, restamp, speed }: StreamSettings,
): RoleCommand => {
  const name = copyName('streamer', number);
  return {
    role: 'streamer',
    name,
    args: [
      ...['stream', '--name', name, ...connection(settings), '--cluster', settings.cluster],
      ...quota(settings),
      ...(loop ? ['--loop'] : []),
      ...(restamp ? ['--restamp'] : []),
      ...given('--speed', speed),
      ...metrics,
      ...['--', ...sources],
    ],
  };
};

/** @param retention what is kept, as options */
export const collectorCommand = (
  number: number,
  settings: RoleSettings,
  retention: readonly string[] = [],
): RoleCommand => {
  const name = copyName('collector', number);
  const args = ['collect', '--name', name, ...connection(settings), ...metrics, ...quota(settings), ...retention];
  return { role: 'collector', name, args };
};

/** @param access who may ask it, and how, as options */
export const gatewayCommand = (
  number: number,
  port: number,
  listen: string,
  settings: RoleSettings,
  access: readonly string[] = [],
): RoleCommand => {
  const name = copyName('gateway', number);
  const address = ['--listen', listen, '--port', String(port)];
  return {
    role: 'gateway',
    name,
    args: ['serve', '--name', name, ...connection(settings), ...quota(settings), ...address, ...access],
  };
};
