import { portToListenOn, text } from './accepts.js';
import { optional, withDefault } from './option.js';

/** How a streamer or a collector shows its metrics. */
export const metricsOptions = {
  metricsPort: optional(
    '--metrics-port <N>',
    'port of /metrics, /livez and /readyz, 0 for any (default: none)',
    portToListenOn,
  ),
  metricsListen: withDefault('--metrics-listen <ADDRESS>', 'address that they listen on', text, '127.0.0.1'),
};
