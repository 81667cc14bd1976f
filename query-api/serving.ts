import { setMaxListeners } from 'node:events';
import { instantOfMillis, type Instant } from '../domain/instant.js';
import { type LogIdentity } from '../domain/log-identity.js';
import { beginning } from '../domain/revision.js';
import { type Tokens } from './access/tokens.js';
import { type Answering, answeringFrom, type CacheSizes } from './answering.js';
import { type GatewayPorts } from './gateway-ports.js';
import { type Fullness, healthOf, type Health, oldSince } from './health/gateway-health.js';
import { type Pulse } from './health/health-routes.js';
import { type Model } from './model/model.js';
import { reached } from './model/reached.js';
import { type AgedStanding, announced, KnownStanding, type Surroundings } from './model/standing.js';
import { permissionOf } from './queries/admin.js';
import { type Gateway } from './queries/gateway.js';
import { type StatusLimits } from './queries/status.js';

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

/**
 * The state of a gateway over its life: before the log's identity is known there is no model, before the model is
 * loaded there is nothing to answer from, and when it stops it says so first.
 */
export class Serving {
  #answering: Answering | undefined;
  #logIsAbsent = false;
  #unreadable: readonly string[] = [];
  #surroundings: Surroundings | undefined;
  readonly #known = new KnownStanding();
  readonly #stopping = new AbortController();
  readonly #nowOf = rememberedInstant();
  readonly #answerOf = rememberedInstant();

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

  /** The log is known: what it answers from can be filled. */
  begin(identity: LogIdentity): Answering {
    const onUnreadable = (path: readonly string[], reason: string): void =>
      this.#complain(`${path.join('/')} (${reason})`);
    this.#logIsAbsent = false;
    return (this.#answering = answeringFrom(identity, this.ports, onUnreadable));
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
    await Promise.all([watching(), this.ports.announce(() => announced(this.model), signal)]);
  }

  #standing(): AgedStanding {
    return this.#known.of(this.model, this.#surroundings, this.#now());
  }

  get model(): Model | undefined {
    return this.#answering?.model;
  }

  /** How much is held that could be read again. */
  get caches(): CacheSizes {
    return this.#answering?.caches() ?? { dictionarySeries: 0, decodedEvents: 0 };
  }

  get synced(): boolean {
    return this.model?.synced ?? false;
  }

  /** What others have to do before it can be ready; undefined when it waits for nobody but etcd. */
  get waiting(): string | undefined {
    if (this.#logIsAbsent) return 'there is no log yet, and none begins without a streamer or a collector';
    return this.model?.unfolded === true ? 'nothing has been folded yet, and a collector has to do that' : undefined;
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
    return this.synced && this.model!.tail.isWhole && this.oldSince() === undefined;
  }

  health(): Health {
    return healthOf({
      now: this.#now(),
      lastAnswer: this.#lastAnswer(),
      loaded: this.model?.loaded ?? false,
      synced: this.synced,
      waiting: this.waiting,
      stopping: this.#stopping.signal.aborted,
      stopped: this.model?.stopped ?? [],
      unreadable: this.#unreadable,
      fullness: this.ports.space(),
      retention: this.ports.retention()?.log,
      standing: this.#standing(),
    });
  }

  /** What the protocols answer from. Only asked when the gateway is synced. */
  gateway(): Gateway {
    const answering = (): Answering => {
      if (this.#answering === undefined) throw new Error('the gateway was asked before it had a model');
      return this.#answering;
    };
    return {
      fleet: () => answering().model.fleet(),
      clock: () => ({ now: this.#now(), ...this.limits }),
      historySpan: () => ({ most: this.mostHistory, now: this.#now() }),
      get history() {
        return answering().history;
      },
      get live() {
        return answering().live;
      },
      projections: this.ports.projections,
      resetProjection: this.ports.resetProjection,
      replayDeadLetters: this.ports.replayDeadLetters,
      permission: (authorization) => permissionOf(this.tokens.ofAdmin, authorization),
      historyDeletedTo: () => this.#historyDeletedTo(),
      pipeline: this.ports.pipeline,
      stopping: this.#stopping.signal,
      get identity() {
        return answering().identity;
      },
      reached: (revision, signal) => reached(answering().model, revision, [signal, this.#stopping.signal]),
    };
  }

  /** As retention has told last: of the generation that is answered from. */
  #historyDeletedTo(): Instant | undefined {
    const record = this.model?.generations.history.loaded?.record;
    const told = this.ports
      .retention()
      ?.models.find(({ projection, generation }) => projection === 'history' && generation === record?.generation);
    return told?.deleted_to;
  }

  pulse(): Pulse {
    return { health: () => this.health(), revision: () => this.model?.revision() ?? beginning };
  }
}
