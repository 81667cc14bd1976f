import { type RequestListener } from 'node:http';
import { type LogBatch } from '../domain/log-entry.js';
import { type LogIdentity } from '../domain/log-identity.js';
import { ClientLimits } from './access/client-limits.js';
import { ReadAccess } from './access/read-access.js';
import { Tokens } from './access/tokens.js';
import { type ListeningServer, listen } from './http/server.js';
import { type LiveFeed } from './live/live-feed.js';
import { type Stopped } from './model/log-tail.js';
import { followIntoModel } from './model/follow.js';
import { waitUntil } from './model/turns.js';
import { type GatewayOptions } from './gateway-options.js';
import { Protocols } from './protocols.js';
import { type GatewayPorts } from './gateway-ports.js';
import { Serving } from './serving.js';
import { type GatewayFigures, tellFigures } from './tell-figures.js';

export interface GatewayEvents {
  /** It listens; it may not be ready yet. */
  readonly onListening: (origin: string) => void;
  /** It has synced and may be sent requests (promise Q1). */
  readonly onReady: (origin: string) => void;
  /** Live updates are served; how many subscriptions there are can be asked from now on. */
  readonly onLive?: (subscribers: () => number) => void;
  readonly onError: (error: unknown, method: string, path: string) => void;
  /** Called every second. */
  readonly onFigures?: (figures: GatewayFigures) => void;
}

/** Milliseconds for requests in flight when the gateway stops; the rest of the five seconds is for everything else. */
const graceMs = 3_000;

interface Started {
  readonly server: ListeningServer;
  readonly goAway: (why: string) => void;
}

const start = async (
  serving: Serving,
  options: GatewayOptions,
  access: ReadAccess,
  { onError }: GatewayEvents,
  onRequest: () => void,
): Promise<Started> => {
  const protocols = new Protocols(serving, access, new ClientLimits(options.access.limits), options.access, onError);
  const handle = protocols.listener();
  const answer: RequestListener = (request, response) => {
    onRequest();
    handle(request, response);
  };
  const server = await listen(answer, { ...options, patience: options.access.patience });
  return { server, goAway: protocols.acceptUpgrades(server.server) };
};

const followKept = async ({ wholeFrom }: GatewayPorts, live: LiveFeed, signal: AbortSignal): Promise<void> => {
  for await (const revision of wholeFrom(signal)) live.resumable.keepsFrom(revision);
};

/**
 * Serves until the signal aborts, then says that it is not ready, sends subscribers elsewhere, finishes what is in
 * flight and ends.
 *
 * @param identity comes when the log has been created; probes are answered before, and `absent` is called when there is
 * none yet
 * @throws Error with code EADDRINUSE when the port is taken; whatever makes it impossible to follow etcd
 */
export const serveGateway = async (
  options: GatewayOptions,
  ports: GatewayPorts,
  identity: (signal: AbortSignal, absent: () => void) => Promise<LogIdentity>,
  events: GatewayEvents,
  signal: AbortSignal,
): Promise<void> => {
  const tokens = new Tokens(options.access.readTokens, ports.adminToken);
  const serving = new Serving(ports, options.statusLimits, options.access.historySpan, tokens);
  let requests = 0;
  const access = new ReadAccess(tokens, ports.now);
  const { server, goAway } = await start(serving, options, access, events, () => requests++);
  events.onListening(server.origin);
  const endFigures = tellFigures(
    serving,
    () => requests,
    (figures) => events.onFigures?.(figures),
  );
  signal.addEventListener('abort', () => serving.stop(), { once: true });
  const failed = new AbortController();
  const over = AbortSignal.any([signal, failed.signal]);
  const fail = (error: unknown): void => failed.abort(error);
  void options.access.followTokens?.((change) => {
    if (tokens.take(change)) goAway('a token no longer holds: connect again');
  }, over);
  try {
    const { model, log, live } = serving.begin(await identity(signal, () => serving.logIsAbsent()));
    events.onLive?.(() => live.subscribers);
    const ready = waitUntil(model.turns, () => serving.synced, Infinity, signal).then((synced) => {
      if (synced) events.onReady(server.origin);
    });
    const publish = (batch: LogBatch): void => live.publish(batch);
    const cameBehind = ({ revision }: Stopped): void => {
      live.resumable.cameBehind(revision);
      goAway('a partition goes on that had stopped: connect again');
    };
    const following = followIntoModel(model, ports.feed, log, publish, cameBehind, over);
    // The first of them to fail ends the others.
    const all = [following, followKept(ports, live, over), serving.takePart(over)];
    await Promise.all(all.map((one) => one.catch(fail)));
    if (failed.signal.aborted) throw failed.signal.reason;
    await ready;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    endFigures();
    serving.stop();
    goAway('the gateway stops: connect again');
    await server.close(graceMs);
  }
};
