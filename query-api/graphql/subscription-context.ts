import { type HealthChanges } from '../live/health-changes.js';
import { type StatusChanges } from '../live/status-changes.js';
import { type Gateway } from '../queries/gateway.js';
import { RequestContext } from './request-context.js';

/** What a subscription lives from. */
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

  /** What one event is told from: as for a request of the present. */
  ofEvent(): RequestContext {
    return new RequestContext(this.gateway, this.signal);
  }
}
