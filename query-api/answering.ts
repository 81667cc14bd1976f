import { type LogReader } from '../domain/log-entry.js';
import { type LogIdentity } from '../domain/log-identity.js';
import { cachedSeries, DictionaryCache } from '../domain/segment/dictionary-cache.js';
import { type GatewayPorts } from './gateway-ports.js';
import { ChunkPieces } from './history/chunk-pieces.js';
import { History } from './history/history.js';
import { TailPieces } from './history/tail-pieces.js';
import { LiveFeed } from './live/live-feed.js';
import { LogTail } from './model/log-tail.js';
import { Model } from './model/model.js';
import { type OnUnreadable } from './model/stored.js';

/** What caches of a gateway hold. */
export interface CacheSizes {
  readonly dictionarySeries: number;
  readonly decodedEvents: number;
}

/** What a gateway answers from, over one log. */
export interface Answering {
  readonly identity: LogIdentity;
  readonly log: LogReader;
  readonly model: Model;
  readonly history: History;
  readonly live: LiveFeed;
  /** How much is held that could be read again. */
  readonly caches: () => CacheSizes;
}

/** Empty as yet. The model, the tail of history and the live feed know each dictionary of a segment once. */
export const answeringFrom = (
  identity: LogIdentity,
  ports: Pick<GatewayPorts, 'log' | 'documents'>,
  onUnreadable: OnUnreadable,
): Answering => {
  const log = ports.log(identity);
  const dictionaries = new DictionaryCache(cachedSeries);
  const model = new Model(identity.partitions, onUnreadable, new LogTail(dictionaries));
  const tail = new TailPieces(log, undefined, dictionaries);
  return {
    ...{ identity, log, model },
    history: new History(model, new ChunkPieces(ports.documents, onUnreadable), tail),
    live: new LiveFeed(identity, log, model, dictionaries),
    caches: () => ({ dictionarySeries: dictionaries.series, decodedEvents: tail.decodedEvents }),
  };
};
