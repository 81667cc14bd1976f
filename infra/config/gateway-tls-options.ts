import { text } from './accepts.js';
import { optional } from './option.js';

/** With both a gateway speaks https alone. */
export const gatewayTlsOptions = {
  tlsCert: optional(
    '--tls-cert <FILE>',
    'certificate of the gateway and those above it (PEM): https instead of http',
    text,
  ),
  tlsKey: optional('--tls-key <FILE>', 'its key (PEM)', text),
};
