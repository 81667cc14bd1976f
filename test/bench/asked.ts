import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { timeProcess } from './timed-process.js';

const autocannon = createRequire(import.meta.url).resolve('autocannon');
const connections = '32';
const seconds = '4';

/** What is asked for, by GET or by POST. */
export interface Ask {
  readonly path: string;
  readonly body?: string;
}

interface Cannon {
  readonly requests: { readonly average: number };
  readonly non2xx: number;
  readonly errors: number;
}

/** Requests a second that a server answers, asked by another process. */
export const requestsPerSecond = async (origin: string, { path, body }: Ask): Promise<number> => {
  const post = body === undefined ? [] : ['-m', 'POST', '-H', 'content-type=application/json', '-b', body];
  const run = await timeProcess([autocannon, '-j', '-c', connections, '-d', seconds, ...post, `${origin}${path}`]);
  const { requests, non2xx, errors } = JSON.parse(run.stdout) as Cannon;
  assert.deepEqual([non2xx, errors], [0, 0], 'every request is answered');
  return requests.average;
};

/** One answer's bytes. */
export const answerTo = async (origin: string, { path, body }: Ask): Promise<Buffer> => {
  const init = body === undefined ? {} : { method: 'POST', body, headers: { 'content-type': 'application/json' } };
  const response = await fetch(`${origin}${path}`, init);
  assert.equal(response.status, 200, await response.clone().text());
  return Buffer.from(await response.arrayBuffer());
};
