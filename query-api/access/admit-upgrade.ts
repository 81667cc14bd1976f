import { type IncomingMessage } from 'node:http';
import { type AccessOptions } from '../gateway-options.js';
import { type Refusal } from '../ws/upgrades.js';
import { isAllowedHost } from './allowed-hosts.js';
import { mayConnect } from './origins.js';
import { type ReadAccess } from './read-access.js';

const marker = 'bearer.';

const listed = (header: string | undefined): readonly string[] =>
  (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

/**
 * Browsers cannot give a WebSocket headers, but subprotocols: one named `bearer.` and the token in base64url is taken
 * for the token, as Kubernetes does it. It is taken out, because the answer names one of those that are left.
 */
const takeBearer = ({ headers }: IncomingMessage): string | undefined => {
  const names = listed(headers['sec-websocket-protocol']);
  const others = names.filter((name) => !name.startsWith(marker));
  if (others.length === names.length) return undefined;
  if (others.length > 0) headers['sec-websocket-protocol'] = others.join(', ');
  else delete headers['sec-websocket-protocol'];
  const sent = names.find((name) => name.startsWith(marker))!.slice(marker.length);
  return `Bearer ${Buffer.from(sent, 'base64url').toString('utf8')}`;
};

/** Whether a WebSocket may be made: for a page of this gateway or a listed site, and with what it needs to read. */
export const admitUpgrade = (
  access: ReadAccess,
  { origins, hosts }: Pick<AccessOptions, 'origins' | 'hosts'>,
  request: IncomingMessage,
): Refusal | undefined => {
  const { origin, host } = request.headers;
  if (!isAllowedHost(host, hosts)) return { status: '421 Misdirected Request' };
  if (!mayConnect(origin, host, origins)) return { status: '403 Forbidden' };
  const authorization = takeBearer(request) ?? request.headers.authorization;
  const admission = access.admit({ ...request.headers, ...(authorization === undefined ? {} : { authorization }) });
  if (admission === 'granted') return undefined;
  return { status: '401 Unauthorized', headers: { 'WWW-Authenticate': 'Bearer' } };
};
