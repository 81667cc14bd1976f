import { resolve } from 'node:path';
import { accepts, type Accepts, duration, size, text } from './accepts.js';
import { type Configuration, flag, optional, secret, withDefault } from './option.js';

/** A share of etcd's quota, or bytes. */
export type Amount =
  { readonly kind: 'share'; readonly share: number } | { readonly kind: 'bytes'; readonly bytes: number };

const share = (text: string): number | undefined => {
  const percent = Number(/^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1]);
  return percent > 0 && percent <= 100 ? percent / 100 : undefined;
};

/** `30%`, `512MiB` or `2GiB`. */
export const amount: Accepts<Amount> = accepts<Amount>(
  "a share of etcd's quota like 30%, or a size like 512MiB",
  (text) => {
    const part = share(text);
    if (part !== undefined) return { kind: 'share', share: part };
    const bytes = size.decode(text);
    return bytes._tag === 'Right' && bytes.right > 0 ? { kind: 'bytes', bytes: bytes.right } : undefined;
  },
);

/** As the codec reads it. */
const amountText = (given: Amount): string =>
  given.kind === 'share' ? `${String(given.share * 100)}%` : String(given.bytes);

/** How much is kept (promises R6 and R7), and whether etcd itself may be maintained for it (promise L8). */
export const retentionOptions = {
  logRetention: withDefault('--log-retention <AMOUNT>', "how much of etcd's quota the log may use", amount, '30%'),
  logMaxAge: optional('--log-max-age <TIME>', 'delete segments of the log that are older (default: by size)', duration),
  historyRetention: withDefault(
    '--history-retention <AMOUNT>',
    'how much each generation of history may use',
    amount,
    '20%',
  ),
  historyMaxAge: optional('--history-max-age <TIME>', 'delete history that is older (default: by size)', duration),
  archive: optional(
    '--archive <DIR>',
    'keep the log as files here: only what is archived is deleted from etcd, and rebuilt from here',
    text,
  ),
  etcdMaintenance: flag(
    '--etcd-maintenance',
    'compact and defragment etcd and take alarms back (the embedded one always)',
  ),
  etcdMaintenanceUsername: optional(
    '--etcd-maintenance-username <NAME>',
    'user that does so where etcd asks for users: it lets only root defragment',
    text,
  ),
  etcdMaintenancePassword: secret('password of that user'),
};

export type RetentionSettings = Configuration<typeof retentionOptions>;

/** The same options as a command line. */
export const retentionArguments = (settings: RetentionSettings): readonly string[] => [
  ...['--log-retention', amountText(settings.logRetention)],
  ...(settings.logMaxAge === undefined ? [] : ['--log-max-age', `${String(settings.logMaxAge)}ms`]),
  ...['--history-retention', amountText(settings.historyRetention)],
  ...(settings.historyMaxAge === undefined ? [] : ['--history-max-age', `${String(settings.historyMaxAge)}ms`]),
  ...(settings.archive === undefined ? [] : ['--archive', resolve(settings.archive)]),
  ...(settings.etcdMaintenance ? ['--etcd-maintenance'] : []),
  ...(settings.etcdMaintenanceUsername === undefined
    ? []
    : ['--etcd-maintenance-username', settings.etcdMaintenanceUsername]),
];
