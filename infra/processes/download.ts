import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ReadableStream } from 'node:stream/web';
import { messageOf } from '../../domain/error-message.js';
import { withTimeLimit } from '../../domain/time-limit.js';
import { runCommand } from './run-command.js';
import { onSearchPath } from './search-path.js';

/** Milliseconds for one file: a binary of some 20 MB over a slow line. */
const withinMs = 180_000;
const connectWithinSeconds = 15;

/**
 * Downloads `url` into the file `path`; answers with a clause that says what failed, or with undefined when it is
 * done. Uses curl where there is one, because Node 20 does not know of proxies, else fetch.
 */
export const download = async (
  url: string,
  path: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const curl = onSearchPath('curl', environment);
  return curl === undefined ? byFetch(url, path, signal) : byCurl(curl, url, path, environment, signal);
};

const byCurl = async (
  curl: string,
  url: string,
  path: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const wait = String(connectWithinSeconds);
  const args = ['--fail', '--location', '--silent', '--show-error', '--connect-timeout', wait, '--output', path, url];
  const end = await runCommand(curl, args, { env, withinMs, signal });
  return end.code === 0 ? undefined : `${url} cannot be downloaded (${end.stderr.trim() || 'it was stopped'})`;
};

const byFetch = async (url: string, path: string, signal: AbortSignal): Promise<string | undefined> => {
  try {
    return await withTimeLimit(signal, withinMs, async (limit) => {
      const response = await fetch(url, { signal: limit });
      if (!response.ok || response.body === null) return `${url} answered ${String(response.status)}`;
      await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), createWriteStream(path));
      return undefined;
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `${url} cannot be downloaded (${messageOf(cause)})`;
  }
};
