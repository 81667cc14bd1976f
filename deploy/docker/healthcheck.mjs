/* global AbortSignal, fetch */
// Exits 0 when the role that this container runs answers its liveness probe, whichever role that is.
const ports = [process.env.TELEMETRY_METRICS_PORT, process.env.TELEMETRY_PORT].filter(Boolean);

const lives = async (port) =>
  (await fetch(`http://127.0.0.1:${port}/livez`, { signal: AbortSignal.timeout(4_000) })).ok;

const answers = await Promise.allSettled(ports.map(lives));
process.exitCode = answers.some(({ value }) => value) ? 0 : 1;
