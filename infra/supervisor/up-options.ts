import { endpoints, oneOf, port, speed, text, wholeNumber } from '../config/accepts.js';
import {
  clusterOption,
  connectionOptions,
  embeddedEtcdOptions,
  jsonOption,
  logOptions,
} from '../config/common-options.js';
import { type Configuration, flag, list, optional, withDefault } from '../config/option.js';

const copies = (role: string): string => `how many ${role} run`;

export const upOptions = {
  streamers: withDefault('--streamers <N>', copies('streamers'), wholeNumber(0, 10), '1'),
  collectors: withDefault('--collectors <N>', copies('collectors'), wholeNumber(0, 10), '1'),
  gateways: withDefault('--gateways <N>', copies('gateways'), wholeNumber(0, 10), '1'),
  port: optional('--port <N>', 'port of the first gateway (default: 8080, or the next free one)', port),
  listen: withDefault('--listen <ADDRESS>', 'address that gateways listen on', text, '127.0.0.1'),
  source: list('--source <PATH...>', 'files, folders or globs to stream', text),
  ...clusterOption,
  loop: flag('--loop', 'stream the sources again and again'),
  restamp: flag('--restamp', 'move observation times to the present'),
  speed: optional('--speed <PACE>', 'max, or times the pace of the observations', speed),
  ...connectionOptions,
  etcd: optional('--etcd <URL,...>', 'use this etcd instead of an embedded one', endpoints),
  ...embeddedEtcdOptions,
  etcdNodes: withDefault('--etcd-nodes <N>', 'members of the embedded etcd', oneOf('1', '3'), '1'),
  detach: flag('--detach', 'return when every process is ready, and leave them running'),
  ...logOptions,
  ...jsonOption,
};

export type UpOptions = Configuration<typeof upOptions>;
