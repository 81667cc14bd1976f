import { setMaxListeners } from 'node:events';
import { type DocumentReader } from '../domain/document-reader.js';
import { instantOfMillis, type Instant } from '../domain/instant.js';
import { type LogReader } from '../domain/log-entry.js';
import { type LogIdentity } from '../domain/log-identity.js';
import { type MaintenanceReport } from '../domain/maintenance-report.js';
import { type ModelFeed } from '../domain/model-feed.js';
import { beginning, type Revision } from '../domain/revision.js';
import { cachedSeries, DictionaryCache } from '../domain/segment/dictionary-cache.js';
import { type Tokens } from './access/tokens.js';
import { type Fullness, healthOf, type Health, oldSince } from './health/health.js';
import { type Pulse } from './health/health-routes.js';
import { ChunkPieces } from './history/chunk-pieces.js';
import { History } from './history/history.js';
import { TailPieces } from './history/tail-pieces.js';
import { LiveFeed } from './live/live-feed.js';
import { LogTail } from './model/log-tail.js';
import { Model } from './model/model.js';
import {
  type AgedStanding,
  announced,
  type AnnouncedModel,
  KnownStanding,
  type Surroundings,
} from './model/standing.js';
import { waitUntil } from './model/turns.js';
import { permissionOf, type ReplayDeadLetters, type ResetProjection } from './queries/admin.js';
import { type Gateway } from './queries/gateway.js';
import { type LookAtPipeline } from './queries/pipeline.js';
import { type ListProjections } from './queries/list-projections.js';
import { type StatusLimits } from './queries/status.js';

/** What a gateway needs of the world. */
export interface GatewayPorts {
  readonly feed: ModelFeed;
  /** The log of an identity, which is known once somebody has created it. */
  readonly log: (identity: LogIdentity) => LogReader;
  readonly documents: DocumentReader;
  readonly projections: ListProjections;
  /** The revision from which on the whole log is kept, now and whenever it moves, until the signal aborts. */
  readonly wholeFrom: (signal: AbortSignal) => AsyncIterable<Revision>;
  /** How full etcd is, and whether a member takes no puts because it has no space; undefined before it is known. */
  readonly space: () => Fullness | undefined;
  /** What retention found last; undefined before that is known. */
  readonly retention: () => MaintenanceReport | undefined;
  readonly resetProjection: ResetProjection;
  readonly replayDeadLetters: ReplayDeadLetters;
  /** What may change something by requests, at first; undefined lets nobody. */
  readonly adminToken: string | undefined;
  /** Which generations there are and who folds them, now and after each change. */
  readonly surroundings: (signal: AbortSignal) => AsyncIterable<Surroundings>;
  /** Tells the collectors, until the signal aborts, which generations are answered from, or are being loaded. */
  readonly announce: (model: () => AnnouncedModel, signal: AbortSignal) => Promise<void>;
  readonly pipeline: LookAtPipeline;
  /** When etcd answered last, in milliseconds since the Unix epoch; undefined before its first answer. */
  readonly lastAnswer: () => number | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly warn: (message: string) => void;
}

/** Milliseconds that a request with `min_revision` waits at most. */
const revisionPatience = 5_000;
/** So many messages of what cannot be read are kept for `/health`. */
const mostUnreadable = 5;

/** The instant of milliseconds, made once for all the requests that come within one of them. */
const rememberedInstant = (): ((millis: number) => Instant) => {
  let [last, instant] = [NaN, 0n as Instant];
  return (millis) => {
    if (millis !== last) [last, instant] = [millis, instantOfMillis(millis)];
    return instant;
  };
};

/** What caches of a gateway hold. */
export interface CacheSizes {
  readonly dictionarySeries: number;
  readonly decodedEvents: number;
}

/**
 * The state of a gateway over its life: before the log's identity is known there is no model, before the model is
 * loaded there is nothing to answer from, and when it stops it says so first.
 */
export class Serving {
  #model: Model | undefined;
  #history: History | undefined;
  #live: LiveFeed | undefined;
  #identity: LogIdentity | undefined;
  #logIsAbsent = false;
  #unreadable: readonly string[] = [];
  #surroundings: Surroundings | undefined;
  readonly #known = new KnownStanding();
  readonly #stopping = new AbortController();
  readonly #nowOf = rememberedInstant();
  readonly #answerOf = rememberedInstant();
  #caches = (): CacheSizes => ({ dictionarySeries: 0, decodedEvents: 0 });

  constructor(
    private readonly ports: GatewayPorts,
    private readonly limits: StatusLimits,
    private readonly mostHistory: bigint | undefined,
    private readonly tokens: Tokens,
  ) {
    // Any number of requests may wait for a revision at once: no leak, so Node's warning about it is switched off.
    setMaxListeners(0, this.#stopping.signal);
  }

  /** There is no log yet: it has to be waited for. */
  logIsAbsent(): void {
    this.#logIsAbsent = true;
  }

  /** The log is known: its model can be filled from it. */
  begin(identity: LogIdentity): { readonly model: Model; readonly log: LogReader; readonly live: LiveFeed } {
    const log = this.ports.log(identity);
    const onUnreadable = (path: readonly string[], reason: string): void =>
      this.#complain(`${path.join('/')} (${reason})`);
    this.#identity = identity;
    this.#logIsAbsent = false;
    const dictionaries = new DictionaryCache(cachedSeries);
    this.#model = new Model(identity.partitions, onUnreadable, new LogTail(dictionaries));
    const chunks = new ChunkPieces(this.ports.documents, onUnreadable);
    const tail = new TailPieces(log, undefined, dictionaries);
    this.#history = new History(this.#model, chunks, tail);
    this.#caches = () => ({ dictionarySeries: dictionaries.series, decodedEvents: tail.decodedEvents });
    const model = this.#model;
    this.#live = new LiveFeed(identity, log, model, dictionaries);
    return { model, log, live: this.#live };
  }

  #complain(message: string): void {
    this.ports.warn(`cannot read ${message}`);
    if (this.#unreadable.length < mostUnreadable) this.#unreadable = [...this.#unreadable, message];
  }

  /** From here on the gateway is not ready; what is in flight is finished, and what waits is told to come back. */
  stop(): void {
    this.#stopping.abort();
  }

  get fullness(): Fullness | undefined {
    return this.ports.space();
  }

  /** Follows what there is beside the model, and tells of it, until the signal aborts. */
  async takePart(signal: AbortSignal): Promise<void> {
    const watching = async (): Promise<void> => {
      for await (const surroundings of this.ports.surroundings(signal)) this.#surroundings = surroundings;
    };
    await Promise.all([watching(), this.ports.announce(() => announced(this.#model), signal)]);
  }

  #standing(): AgedStanding {
    return this.#known.of(this.#model, this.#surroundings, this.#now());
  }

  get model(): Model | undefined {
    return this.#model;
  }

  /** How much is held that could be read again. */
  get caches(): CacheSizes {
    return this.#caches();
  }

  get synced(): boolean {
    return this.#model?.synced ?? false;
  }

  /** What others have to do before it can be ready; undefined when it waits for nobody but etcd. */
  get waiting(): string | undefined {
    if (this.#logIsAbsent) return 'there is no log yet, and none begins without a streamer or a collector';
    return this.#model?.unfolded === true ? 'nothing has been folded yet, and a collector has to do that' : undefined;
  }

  #now(): Instant {
    return this.#nowOf(this.ports.now());
  }

  #lastAnswer(): Instant | undefined {
    const answered = this.ports.lastAnswer();
    return answered === undefined ? undefined : this.#answerOf(answered);
  }

  /** Since when answers may be old; undefined when they are not. */
  oldSince(): Instant | undefined {
    const { unfoldedSince } = this.#standing();
    return oldSince({ now: this.#now(), lastAnswer: this.#lastAnswer(), unfoldedSince });
  }

  /** Whether answers need no remark: they are up to date, and nothing is left out of them. */
  isUsual(): boolean {
    return this.synced && this.#model!.tail.isWhole && this.oldSince() === undefined;
  }

  health(): Health {
    return healthOf({
      now: this.#now(),
      lastAnswer: this.#lastAnswer(),
      loaded: this.#model?.loaded ?? false,
      synced: this.synced,
      waiting: this.waiting,
      stopping: this.#stopping.signal.aborted,
      stopped: this.#model?.stopped ?? [],
      unreadable: this.#unreadable,
      fullness: this.ports.space(),
      retention: this.ports.retention()?.log,
      standing: this.#standing(),
    });
  }

  /** What the protocols answer from. Only asked when the gateway is synced. */
  gateway(): Gateway {
    const begun = <A>(part: A | undefined): A => {
      if (part === undefined) throw new Error('the gateway was asked before it had a model');
      return part;
    };
    const model = (): Model => begun(this.#model);
    const history = (): History => begun(this.#history);
    const live = (): LiveFeed => begun(this.#live);
    const identity = (): LogIdentity => begun(this.#identity);
    return {
      fleet: () => model().fleet(),
      clock: () => ({ now: this.#now(), ...this.limits }),
      historySpan: () => ({ most: this.mostHistory, now: this.#now() }),
      get history() {
        return history();
      },
      get live() {
        return live();
      },
      projections: this.ports.projections,
      resetProjection: this.ports.resetProjection,
      replayDeadLetters: this.ports.replayDeadLetters,
      permission: (authorization) => permissionOf(this.tokens.ofAdmin, authorization),
      historyDeletedTo: () => this.#historyDeletedTo(),
      pipeline: this.ports.pipeline,
      stopping: this.#stopping.signal,
      get identity() {
        return identity();
      },
      reached: (revision, signal) => this.#reached(model(), revision, signal),
    };
  }

  /** As retention has told last: of the generation that is answered from. */
  #historyDeletedTo(): Instant | undefined {
    const record = this.#model?.generations.history.loaded?.record;
    const told = this.ports
      .retention()
      ?.models.find(({ projection, generation }) => projection === 'history' && generation === record?.generation);
    return told?.deleted_to;
  }

  /** Most requests ask for what is there: those leave nothing behind at the signal that lives as long as the gateway. */
  async #reached(model: Model, revision: Revision, signal: AbortSignal): Promise<boolean> {
    if (model.revision() >= revision) return true;
    const gone = new AbortController();
    const go = (): void => gone.abort();
    const ends = [signal, this.#stopping.signal];
    if (ends.some(({ aborted }) => aborted)) go();
    for (const end of ends) end.addEventListener('abort', go, { once: true });
    try {
      return await waitUntil(model.turns, () => model.revision() >= revision, revisionPatience, gone.signal);
    } finally {
      for (const end of ends) end.removeEventListener('abort', go);
    }
  }

  pulse(): Pulse {
    return { health: () => this.health(), revision: () => this.#model?.revision() ?? beginning };
  }
}
