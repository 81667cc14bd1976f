import { ask, Refused, SignedOut } from './ask.js';
import { pastEventsQuery, pipelineQuery, progressQuery, statusQuery } from './documents.js';
import { FailingRequests } from './failing.js';
import {
  type FromFeed,
  type Link,
  type PastEvent,
  type Pipeline,
  type ProjectionProgress,
  type ToFeed,
} from './feed-messages.js';
import { gatewayAhead } from './gateway-clock.js';
import { GraphqlSocket } from './graphql-socket.js';
import { Watch } from './watch.js';

/*
 * The feed: everything that comes from the gateway, parsed in a thread of its own, so that ten thousand updates a
 * second cost the page no frame.
 */

interface Worker {
  postMessage(message: FromFeed, transfer: readonly Transferable[]): void;
  onmessage: ((event: MessageEvent<ToFeed>) => void) | null;
}
const page = self as unknown as Worker;

/** So often values go to the page: less than people see, and few messages. */
const flushEveryMs = 50;
const inventoryEveryMs = 30_000;
const pipelineEveryMs = 5_000;

const tell = (message: FromFeed, transfer: readonly Transferable[] = []): void => page.postMessage(message, transfer);

let link: Link = { state: 'connecting', oldSince: undefined };
const setLink = (change: Partial<Link>): void => {
  const next = { ...link, ...change };
  if (next.state === link.state && next.oldSince === link.oldSince) return;
  link = next;
  tell({ kind: 'link', link });
};

let toldAhead = 0;
/** Before whatever goes by it. */
const tellClock = (): void => {
  if (gatewayAhead() === toldAhead) return;
  toldAhead = gatewayAhead();
  tell({ kind: 'clock', gatewayAhead: toldAhead });
};

const failing = new FailingRequests((all) => tell({ kind: 'failing', failing: all }));
const pipelineWords = 'How the pipeline is';
const pastWords = 'What has been wrong';

const watches = new Map<number, Watch>();
let connections = 0;

const socket = new GraphqlSocket(`${location.origin.replace(/^http/, 'ws')}/graphql`, (connected) => {
  if (connected) {
    connections++;
    failing.reset();
    for (const watch of watches.values()) watch.connected();
    void askPipeline();
    void askPastEvents();
  }
  setLink({ state: connected ? 'live' : connections === 0 ? 'connecting' : 'reconnecting' });
});

const subscribe = (query: string, next: (data: Readonly<Record<string, unknown>>) => void): void => {
  const refused = (): void => void setTimeout(() => subscribe(query, next), pipelineEveryMs);
  socket.subscribe({ query, variables: () => ({}), next, refused });
};

subscribe(statusQuery, ({ gpuStatusChanged }) => {
  const { uuid, to, gpu } = gpuStatusChanged as { uuid: string; to: 'active'; gpu: { lastSeen: string } };
  tell({ kind: 'status', uuid, status: to, lastSeen: Date.parse(gpu.lastSeen) });
});
subscribe(progressQuery, ({ projectionProgress }) =>
  tell({ kind: 'progress', row: projectionProgress as ProjectionProgress }),
);

/** With every answer. */
const setOld = (oldSince: string | undefined): void => {
  tellClock();
  setLink({ oldSince });
};

interface PipelineAnswer {
  readonly pipeline: Pipeline;
  readonly projections: readonly ProjectionProgress[];
}

const askPipeline = async (): Promise<void> => {
  try {
    const { data, oldSince } = await ask<PipelineAnswer>(pipelineQuery);
    setOld(oldSince);
    tell({ kind: 'pipeline', pipeline: data.pipeline, rows: data.projections });
    failing.answered('page', pipelineWords);
  } catch (error) {
    if (error instanceof SignedOut) return tell({ kind: 'signed out' });
    if (error instanceof Refused) setOld(error.oldSince);
    failing.failed('page', pipelineWords, error, pipelineEveryMs);
  }
};

const askPastEvents = async (): Promise<void> => {
  try {
    const { data } = await ask<{ readonly healthEvents: readonly PastEvent[] }>(pastEventsQuery);
    tell({ kind: 'past', events: data.healthEvents });
    failing.answered('page', pastWords);
  } catch (error) {
    failing.failed('page', pastWords, error, pipelineEveryMs);
  }
};

page.onmessage = ({ data }) => {
  if (data.kind === 'watch') watches.set(data.wish.watch, new Watch(data.wish, socket, tell, setOld, failing));
  else if (data.kind === 'metrics') watches.get(data.watch)?.follow(data.metrics);
  else {
    watches.get(data.watch)?.close();
    watches.delete(data.watch);
  }
};

setInterval(() => watches.forEach((watch) => watch.flush()), flushEveryMs);
setInterval(() => watches.forEach((watch) => void watch.refresh(false)), inventoryEveryMs);
setInterval(() => void askPipeline(), pipelineEveryMs);
setInterval(() => void askPastEvents(), pipelineEveryMs);
