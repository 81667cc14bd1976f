import { GraphQLError } from 'graphql';
import { type GpuUuid } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { TimeSlices } from '../slices/time-slices.js';
import { type HistoryQuery } from '../history/history-query.js';
import { type TelemetryRecord } from '../history/telemetry-record.js';
import { type Fleet } from '../model/fleet.js';
import { type Clock } from '../queries/clock.js';
import { deletedTo } from '../queries/deleted-history.js';
import { type Gateway } from '../queries/gateway.js';
import { type HistorySpan } from '../queries/history-span.js';
import { type PageCursor } from '../queries/page-cursor.js';
import { digestOfHistory } from '../queries/telemetry.js';
import { isOfLog } from '../queries/walk.js';
import { telemetryParameters, type TelemetryParameters } from '../rest/telemetry-parameters.js';
import { Batch } from './batch.js';
import { Budget } from './budget.js';

type Records = readonly TelemetryRecord[];

/** What the resolvers of one request answer from: one state of the models and one moment. */
export class RequestContext {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly historySpan: HistorySpan;
  readonly budget = new Budget();
  /**
   * To be awaited before the whole fleet is looked through, too: a request may ask for that by a hundred names, and
   * others are answered between two of them.
   */
  readonly slices: TimeSlices;
  /** Whether it was answered with nothing but that it asks for too much. */
  wasTooMuch = false;
  hadErrors = false;
  /** Told when something beside the models is asked: the answer is of one request then. */
  onMore: (() => void) | undefined;
  /** Up to which time something of what was asked for has been deleted. */
  deletedTo: Instant | undefined;
  readonly #gateway: Gateway;
  #isOfModels = true;
  #parameters: TelemetryParameters | undefined;
  readonly #histories = new Map<string, Batch<GpuUuid, Records>>();

  constructor(
    gateway: Gateway,
    readonly signal: AbortSignal,
    /** The header of this name; over WebSockets there is none. */
    readonly authorization?: string,
  ) {
    this.#gateway = gateway;
    this.slices = new TimeSlices(signal);
    this.fleet = gateway.fleet();
    this.clock = gateway.clock();
    this.historySpan = gateway.historySpan();
  }

  /** Of the past: most requests ask nothing of it. */
  get parameters(): TelemetryParameters {
    return (this.#parameters ??= telemetryParameters((name) => this.fleet.hasMetric(name)));
  }

  /** History is asked for, some of which may have been deleted. */
  asksFor(query: Pick<HistoryQuery, 'start'>): void {
    this.deletedTo ??= deletedTo(this.gateway, query);
  }

  /** What is asked beside the models. */
  get gateway(): Gateway {
    this.#isOfModels = false;
    this.onMore?.();
    return this.#gateway;
  }

  /**
   * The models as they are once they have reached the revision at which a walk over pages began: the page before may
   * have come from another gateway, which was further. Throws NOT_YET when that takes longer than 5 s.
   */
  async fleetFor(cursor: PageCursor | undefined): Promise<Fleet> {
    if (cursor === undefined || cursor.revision <= this.fleet.revision || !isOfLog(cursor, this.gateway.identity))
      return this.fleet;
    if (await this.gateway.reached(cursor.revision, this.signal)) return this.gateway.fleet();
    throw new GraphQLError(`The gateway has not reached revision ${String(cursor.revision)} in time, 5 s at most.`, {
      extensions: { code: 'NOT_YET' },
    });
  }

  /** Whether the answer follows from the models and the clock alone, so that it is the same until they change. */
  get isLasting(): boolean {
    return this.#isOfModels && !this.hadErrors;
  }

  /** The records of a GPU; GPUs that are asked about in the same way at the same level are read together. */
  async recordsOf(uuid: GpuUuid, query: HistoryQuery): Promise<Records> {
    this.asksFor(query);
    const name = `${digestOfHistory(query)} ${query.limit}`;
    const batch =
      this.#histories.get(name) ??
      new Batch<GpuUuid, Records>(this.slices, (uuids) =>
        this.gateway.history.recordsOfEach(this.fleet, uuids, query, this.budget.spend, this.signal),
      );
    this.#histories.set(name, batch);
    return (await batch.load(uuid)) ?? [];
  }
}
