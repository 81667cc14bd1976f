import { folders, size, speed, waitingTime, wholeNumber } from './accepts.js';
import { clusterOption, jsonOption, roleOptions } from './common-options.js';
import { metricsOptions } from './metrics-options.js';
import { type Configuration, flag, optional, withDefault } from './option.js';

/** What `telemetry stream` takes. */
export const streamOptions = {
  ...clusterOption,
  sourceRoot: optional(
    '--source-root <FOLDER,...>',
    'folders that every source must stand in, wherever links lead (default: any)',
    folders,
  ),
  again: flag('--again', 'a new pass over sources that were streamed to their end'),
  follow: flag('--follow', 'go on reading what is appended to the files'),
  loop: flag('--loop', 'stream the sources again and again'),
  restamp: flag('--restamp', 'move observation times to the present'),
  speed: withDefault('--speed <PACE>', 'max, or times the pace of the observations', speed, 'max'),
  idle: flag('--idle', 'wait, ready, when the sources have ended, instead of ending'),
  maxDeadLetters: withDefault(
    '--max-dead-letters <N>',
    'rows of one source that may be refused before it is stopped, however many streamers read it',
    wholeNumber(0, 1_000_000),
    '1000',
  ),
  batchRows: withDefault(
    '--batch-rows <N>',
    'rows that are enough for an append; it has up to 256 KiB of text more',
    wholeNumber(1, 250_000),
    '250000',
  ),
  batchMs: withDefault('--batch-ms <TIME>', 'how long an append waits for more rows', waitingTime, '2s'),
  threads: optional(
    '--threads <N>',
    'threads that files are read in: 2 read and encode in one of their own (default: 2 where there are two processors)',
    wholeNumber(1, 2),
  ),
  inFlight: withDefault('--in-flight <N>', 'appends under way at a time', wholeNumber(1, 32), '4'),
  splitAbove: withDefault(
    '--split-above <SIZE>',
    'files above it are shared by streamers range by range',
    size,
    '256MiB',
  ),
  partitions: withDefault('--partitions <N>', 'partitions of the log, if it is created now', wholeNumber(1, 64), '16'),
  laneTtl: withDefault('--lane-ttl <TIME>', 'how long the lane stays claimed after a crash', waitingTime, '5s'),
  etcdQuota: optional('--etcd-quota <SIZE>', "etcd's space quota (default: asked from etcd)", size),
  ...roleOptions,
  ...metricsOptions,
  ...jsonOption,
};

export type StreamOptions = Configuration<typeof streamOptions>;
