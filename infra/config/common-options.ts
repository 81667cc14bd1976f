import { endpoints, keyPrefix, oneOf, size, text } from './accepts.js';
import { flag, optional, secret, withDefault } from './option.js';

/** The local folder of a system: the embedded etcd's data, logs, what runs. */
export const dataDirOption = {
  dataDir: withDefault('--data-dir <FOLDER>', 'where the embedded etcd, logs and state are kept', text, '.telemetry'),
};

/** How every role and every operator command reaches etcd. */
export const connectionOptions = {
  ...dataDirOption,
  etcd: optional('--etcd <URL,...>', 'addresses of an etcd (default: the embedded one of --data-dir)', endpoints),
  prefix: withDefault('--prefix <PATH>', 'where all keys begin in etcd', keyPrefix, '/telemetry/'),
  etcdUsername: optional('--etcd-username <NAME>', 'user for an etcd with authentication', text),
  etcdPassword: secret('password of that user'),
  etcdCa: optional('--etcd-ca <FILE>', "certificate authority of etcd's certificate (PEM)", text),
  etcdCert: optional('--etcd-cert <FILE>', 'client certificate (PEM)', text),
  etcdKey: optional('--etcd-key <FILE>', 'key of the client certificate (PEM)', text),
};

export const logOptions = {
  logLevel: withDefault(
    '--log-level <LEVEL>',
    'how much is logged',
    oneOf('error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'info',
  ),
};

/** What the processes of a system share beside the connection: the name that they go by. */
export const roleOptions = {
  ...connectionOptions,
  ...logOptions,
  name: optional('--name <NAME>', 'the name of this process in status and logs', text),
};

export const clusterOption = {
  cluster: withDefault('--cluster <NAME>', 'the cluster that the sources belong to', text, 'local-cluster'),
};

/** For commands that start an etcd of their own. */
export const embeddedEtcdOptions = {
  etcdBin: optional('--etcd-bin <FILE>', 'an etcd of at least 3.4 (default: found, or got)', text),
  etcdQuota: optional('--etcd-quota <SIZE>', "etcd's space quota (default 2GiB)", size),
};

export const jsonOption = { json: flag('--json', 'print the result as JSON') };
