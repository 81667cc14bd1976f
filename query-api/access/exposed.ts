import { isLoopback } from '../../domain/loopback.js';
import { type AccessOptions } from '../gateway-options.js';

/** What an operator should hear of who may ask a gateway, and change something through it. */
export const exposed = (
  listen: string,
  { readTokens }: Pick<AccessOptions, 'readTokens'>,
  adminToken?: string,
): readonly string[] => [
  ...(isLoopback(listen) || readTokens.length > 0
    ? []
    : [
        `${listen} is reached from elsewhere, and there is no read token: whoever reaches it may read everything. ` +
          'Set TELEMETRY_READ_TOKEN or TELEMETRY_READ_TOKEN_FILE.',
      ]),
  ...(adminToken !== undefined && readTokens.includes(adminToken)
    ? ['Whoever may read may also change something: the admin token is a read token, too. Set another one.']
    : []),
];
