import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

/** More than any metrics page of etcd has. */
const mostBytes = 4 * 1024 * 1024;

/**
 * The text at an HTTP address; rejects when it does not answer well, and when `signal` aborts. Node's `fetch` would take
 * a streamer 20 MB more.
 */
export const getPage = (url: string, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? getSecure : getPlain;
    const request = get(url, { agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > mostBytes) request.destroy(new Error(`${url} does not end`));
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`${url} answers ${String(response.statusCode)}`));
      });
    });
    request.on('error', reject);
  });
