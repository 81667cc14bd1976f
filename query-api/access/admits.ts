import { type IncomingMessage } from 'node:http';
import { type ClientLimits } from './client-limits.js';
import { type ReadAccess } from './read-access.js';

/**
 * Whether a request comes past the token and the rate that are looked at before it is answered. Where it does it counts
 * for its client; where not it is counted, and told why, by those who refuse it.
 */
export const admits =
  (access: ReadAccess, limits: ClientLimits) =>
  (request: IncomingMessage): boolean =>
    access.admit(request.headers) === 'granted' && limits.retryAfter(request) === undefined;
