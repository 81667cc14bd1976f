import { accessOptions } from '../config/access-options.js';
import { endpoints, portToListenOn, oneOf, source, speed, text, wholeNumber } from '../config/accepts.js';
import {
  clusterOption,
  connectionOptions,
  embeddedEtcdOptions,
  jsonOption,
  logOptions,
} from '../config/common-options.js';
import { gatewayTlsOptions } from '../config/gateway-tls-options.js';
import { type Configuration, flag, list, optional, withDefault } from '../config/option.js';
import { retentionOptions } from '../config/retention-options.js';
import { mostCopies } from './copies.js';

const count = wholeNumber(0, mostCopies);
const copies = (role: string) =>
  optional(
    `--${role} <N>`,
    `how many ${role} run (default: 1, or as many as ran when the supervisor was killed)`,
    count,
  );

export const upOptions = {
  streamers: copies('streamers'),
  collectors: copies('collectors'),
  gateways: copies('gateways'),
  port: optional(
    '--port <N>',
    'port of the first gateway, 0 for any (default: 8080, or the next free one)',
    portToListenOn,
  ),
  listen: withDefault('--listen <ADDRESS>', 'address that gateways listen on', text, '127.0.0.1'),
  ...accessOptions,
  ...gatewayTlsOptions,
  source: list('--source <PATH...>', 'files, folders or globs to stream', source),
  ...clusterOption,
  loop: flag('--loop', 'stream the sources again and again'),
  restamp: flag('--restamp', 'move observation times to the present'),
  speed: optional('--speed <PACE>', 'max, or times the pace of the observations', speed),
  ...connectionOptions,
  etcd: optional('--etcd <URL,...>', 'use this etcd instead of an embedded one', endpoints),
  ...embeddedEtcdOptions,
  ...retentionOptions,
  etcdNodes: optional(
    '--etcd-nodes <N>',
    'members of the embedded etcd, not beside --etcd (default: 1)',
    oneOf('1', '3'),
  ),
  detach: flag('--detach', 'return when every process is ready, and leave them running'),
  ...logOptions,
  ...jsonOption,
};

export type UpOptions = Configuration<typeof upOptions>;

/** What options mean nothing beside each other: a sentence for people, undefined where all of them count. */
export const contradiction = ({ etcd, etcdNodes: nodes }: UpOptions): string | undefined =>
  etcd === undefined || nodes === undefined
    ? undefined
    : `--etcd-nodes (TELEMETRY_ETCD_NODES) was ${JSON.stringify(nodes)} beside --etcd (TELEMETRY_ETCD); ` +
      'accepted: one of them, since an etcd that is named has the members that it has';
