import { type Instant } from '../../domain/instant.js';
import { type StatusLimits } from './status.js';

/** The moment at which a query is answered, and the ages that statuses go by. */
export interface Clock extends StatusLimits {
  readonly now: Instant;
}
