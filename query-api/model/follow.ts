import { projectionNames } from '../../domain/generation.js';
import { type LogBatch, type LogEntry, type LogReader } from '../../domain/log-entry.js';
import { next, type Revision } from '../../domain/revision.js';
import { type CameBehind, letStoppedGoOn } from './go-on.js';
import { type Model } from './model.js';
import { type ModelFeed } from '../../domain/model-feed.js';
import { waitUntil } from './turns.js';

/** Told of each batch right after the model, without anything in between. */
export type Publish = (batch: LogBatch) => void;

const followDocuments = async (model: Model, feed: ModelFeed, signal: AbortSignal): Promise<void> => {
  const each = projectionNames.map(async (projection) => {
    for await (const update of feed.follow(projection, signal)) model.applyUpdate(projection, update);
  });
  await Promise.all(each);
};

/** Partitions listed at a time: most of a listing is waiting for etcd, and each holds some megabytes. */
const listedTogether = 4;

/** The tail of each partition from where its models stand, all up to one revision. */
const listTails = async (model: Model, log: LogReader, head: Revision, signal: AbortSignal): Promise<void> => {
  const waiting = [...model.everyPartition()];
  const listNext = async (): Promise<void> => {
    for (let partition = waiting.shift(); partition !== undefined; partition = waiting.shift()) {
      const scope = { kind: 'partition', partition } as const;
      for await (const batch of log.list(scope, model.beginTail(partition), head, signal)) model.applyListed(batch);
    }
  };
  await Promise.all(Array.from({ length: listedTogether }, listNext));
};

/** The tail is listed, then the log is followed. */
const followLog = async (model: Model, log: LogReader, publish: Publish, signal: AbortSignal): Promise<void> => {
  await waitUntil(model.turns, () => model.loaded, Infinity, signal);
  if (signal.aborted) return;
  const head = await log.head(signal);
  await listTails(model, log, head, signal);
  model.applyLog({ entries: [], through: head, live: false });
  for await (const batch of log.follow({ kind: 'everything' }, next(head), signal)) {
    model.applyLog(batch);
    publish(batch);
  }
};

/** Lists what a new generation of history needs of the log, whenever one does. */
const fillTails = async (model: Model, log: LogReader, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    for (const missing of model.missing()) {
      const { partition, from, to } = missing;
      const entries: LogEntry[] = [];
      for await (const batch of log.list({ kind: 'partition', partition }, from, to, signal))
        entries.push(...batch.entries);
      if (!signal.aborted) model.fill(missing, entries);
    }
    if (model.missing().length === 0) await model.turns.wait(signal);
  }
};

/**
 * Keeps a model up with etcd until the signal aborts: first the documents of the active generations, then the end of
 * the log that they do not cover. Throws when history was rolled back, or when the world is otherwise lost.
 */
export const followIntoModel = async (
  model: Model,
  feed: ModelFeed,
  log: LogReader,
  publish: Publish,
  cameBehind: CameBehind,
  signal: AbortSignal,
): Promise<void> => {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const stopOthers = (error: unknown): never => {
    failed.abort();
    throw error;
  };
  await Promise.all([
    followDocuments(model, feed, either).catch(stopOthers),
    followLog(model, log, publish, either).catch(stopOthers),
    fillTails(model, log, either).catch(stopOthers),
    letStoppedGoOn(model, log, cameBehind, either).catch(stopOthers),
  ]);
};
