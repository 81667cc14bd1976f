/* global AbortSignal */
import { get as getPlainly } from 'node:http';
import { get as getSecurely } from 'node:https';

// Exits 0 when the role that this container runs answers its liveness probe, whichever role that is.
const { TELEMETRY_METRICS_PORT, TELEMETRY_PORT, TELEMETRY_TLS_CERT } = process.env;

// The certificate is for names that others know this container by; whether it is right is for them to check.
const gateway = TELEMETRY_TLS_CERT
  ? { scheme: 'https', get: getSecurely, rejectUnauthorized: false }
  : { scheme: 'http', get: getPlainly };

const lives = (port, { scheme, get, ...options }) =>
  new Promise((resolve, reject) => {
    const asked = get(`${scheme}://127.0.0.1:${port}/livez`, { ...options, signal: AbortSignal.timeout(4_000) });
    asked.once('error', reject).once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
  });

const probes = [
  ...(TELEMETRY_METRICS_PORT ? [lives(TELEMETRY_METRICS_PORT, { scheme: 'http', get: getPlainly })] : []),
  ...(TELEMETRY_PORT ? [lives(TELEMETRY_PORT, gateway)] : []),
];
const answers = await Promise.allSettled(probes);
process.exitCode = answers.some(({ value }) => value) ? 0 : 1;
