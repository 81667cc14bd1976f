import { openAccess } from '../../../query-api/gateway-options.js';
import { type Tls } from '../../../query-api/http/tls.js';
import { serveGateway } from '../../../query-api/serve-gateway.js';
import { type World } from './world.js';

/** An answer of the gateway as a client sees it. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface RunningGateway {
  readonly origin: string;
  get(path: string, init?: RequestInit): Promise<Reply>;
  /** The items of a list. */
  items(path: string): Promise<readonly Record<string, unknown>[]>;
  /** How many subscriptions of telemetry there are. */
  live(): number;
  /** The errors that nobody expected. */
  readonly errors: unknown[];
  stop(): Promise<void>;
}

const statusLimits = { staleAfter: 300_000_000_000n, missingAfter: 3_600_000_000_000n };

/** A real server on a free port of loopback, over the world's models; resolves when it is ready. */
export const startGateway = async (
  world: World,
  ports = world.ports(),
  access = openAccess,
  tls?: Tls,
): Promise<RunningGateway> => {
  const stopping = new AbortController();
  const errors: unknown[] = [];
  let subscribers = (): number => 0;
  let finished: Promise<void> = Promise.resolve();
  const origin = await new Promise<string>((resolve, reject) => {
    finished = serveGateway(
      { port: 0, listen: '127.0.0.1', statusLimits, access, tls },
      ports,
      () => Promise.resolve(world.identity),
      {
        onListening: () => undefined,
        onReady: resolve,
        onLive: (count) => (subscribers = count),
        onError: (error) => void errors.push(error),
      },
      stopping.signal,
    );
    finished.catch(reject);
  });
  const get = async (path: string, init: RequestInit = {}): Promise<Reply> => {
    const response = await fetch(`${origin}${path}`, init);
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  };
  const items = async (path: string) => {
    const { status, body } = await get(path);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body['data'] as readonly Record<string, unknown>[];
  };
  const stop = async (): Promise<void> => {
    stopping.abort();
    await finished;
  };
  return { origin, get, items, errors, stop, live: () => subscribers() };
};
