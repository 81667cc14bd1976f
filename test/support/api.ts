import assert from 'node:assert/strict';
import { createClient } from '../../infra/etcd/client.js';
import { headRevision } from '../../infra/etcd/range.js';
import { eventually } from './eventually.js';
import { never } from './never.js';

/** What the query API answers to everything that succeeds. */
export interface Envelope<Data> {
  readonly success: true;
  readonly count: number;
  readonly total?: number;
  readonly next_cursor?: string;
  readonly data: Data;
}

export interface GpuView {
  readonly id: string;
  readonly uuid: string;
  readonly hostname: string;
  readonly name: string;
  readonly device: string;
  readonly status: string;
  readonly cluster_id: string;
  readonly last_seen: string;
}

export interface MetricView {
  readonly value: number;
  readonly unit: string | null;
  readonly timestamp: string;
}

export type RecordView = Readonly<Record<string, unknown>> & { readonly timestamp: string };

/** Asks a gateway for what must be there. */
export const ask = async <Data>(gateway: string, path: string): Promise<Envelope<Data>> => {
  const response = await fetch(new URL(path, gateway));
  const body = await response.text();
  assert.equal(response.status, 200, `${path} answered ${String(response.status)}: ${body}`);
  return JSON.parse(body) as Envelope<Data>;
};

/** Waits until a gateway answers as of a revision: asked to wait by itself, it would give up after five seconds. */
export const untilReached = (gateway: string, revision: bigint): Promise<void> =>
  eventually(`the gateway has reached revision ${String(revision)}`, async () => {
    const response = await fetch(new URL('/health', gateway));
    const reached = ((await response.json()) as { readonly revision: string }).revision;
    return BigInt(reached) >= revision;
  });

/** Waits until a gateway answers as of all that stands in etcd now: what is folded there, it shows a moment later. */
export const untilShown = async (gateway: string, endpoints: readonly string[]): Promise<void> => {
  const client = createClient({ endpoints });
  const head = await headRevision(client, never).finally(() => client.close());
  await untilReached(gateway, head);
};
