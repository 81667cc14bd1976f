import { type GpuUuid } from '../../domain/ids.js';
import { type HistoryQuery } from '../history/history-query.js';
import { type TelemetryRecord } from '../history/telemetry-record.js';
import { type HealthChanges } from '../live/health-changes.js';
import { type StatusChanges } from '../live/status-changes.js';
import { type Fleet } from '../model/fleet.js';
import { type Clock } from '../queries/clock.js';
import { type Gateway } from '../queries/gateway.js';
import { type TelemetryParameters } from '../rest/telemetry-parameters.js';
import { Budget } from './budget.js';
import { RequestContext } from './request-context.js';

/** What a subscription lives from: as for a request, but always of the present. */
export class SubscriptionContext {
  constructor(
    readonly gateway: Gateway,
    readonly statusChanges: StatusChanges,
    readonly healthChanges: HealthChanges,
    /** The document, operation and variables as one text: who asks for the same is told the same. */
    readonly asked: string,
    /** Sends the answer to an event, as UTF-8. Undefined when the next one may be sent at once; else it resolves then. */
    readonly sendNext: (payload: Uint8Array) => Promise<void> | undefined,
    /** Aborted when the connection ends. */
    readonly signal: AbortSignal,
    /** Closes the connection of a subscriber that does not keep up. */
    readonly tooSlow: () => void,
  ) {}

  get fleet(): Fleet {
    return this.gateway.fleet();
  }

  get clock(): Clock {
    return this.gateway.clock();
  }

  /** Of one list: each event is answered by itself. */
  get budget(): Budget {
    return new Budget();
  }

  get parameters(): TelemetryParameters {
    return new RequestContext(this.gateway, this.signal).parameters;
  }

  recordsOf(uuid: GpuUuid, query: HistoryQuery): Promise<readonly TelemetryRecord[]> {
    return new RequestContext(this.gateway, this.signal).recordsOf(uuid, query);
  }
}
