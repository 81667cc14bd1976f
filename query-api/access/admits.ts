import { type IncomingMessage } from 'node:http';
import { type ClientLimits } from './client-limits.js';
import { isAskedRightly } from './hosts.js';
import { type ReadAccess } from './read-access.js';

/**
 * Whether a request would come past the name, the token and the rate that are looked at before it is answered. Where it
 * would it counts for its client; where not it is counted, and told why, by those who refuse it.
 */
export const admits =
  (hosts: readonly string[] | undefined, access: ReadAccess, limits: ClientLimits) =>
  (request: IncomingMessage): boolean =>
    isAskedRightly(request.headers.host, hosts) &&
    access.admit(request.headers) === 'granted' &&
    limits.retryAfter(request) === undefined;
