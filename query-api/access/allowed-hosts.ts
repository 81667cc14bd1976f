import { isIP } from 'node:net';
import { isLoopback } from '../../domain/loopback.js';
import { type AccessOptions } from '../gateway-options.js';
import { anyOrigin, hostOf } from './origins.js';

/** `localhost:8080` → `localhost`, `[::1]:8080` → `::1`; as names are compared. */
const nameIn = (host: string): string =>
  (/^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d+$/, '')).replace(/\.$/, '').toLowerCase();

/** What no name of somebody else's can be: an address, or this machine's own name for itself. */
const isNobodyElse = (name: string): boolean => isIP(name) > 0 || name === 'localhost' || name.endsWith('.localhost');

/**
 * By which names a gateway may be asked; undefined is by any. Whoever owns a name can have it lead to this machine, and
 * to a browser the pages of that name are then pages of the gateway. That matters where being on the machine is all that
 * reading takes: on loopback without a token.
 *
 * @param names those that were asked for; `*` is any
 */
export const allowedHosts = (
  listen: string,
  names: readonly string[],
  { readTokens, origins }: Pick<AccessOptions, 'readTokens' | 'origins'>,
): readonly string[] | undefined => {
  const isProtected = names.length > 0 || (isLoopback(listen) && readTokens.length === 0);
  if (!isProtected || names.includes('*') || origins.includes(anyOrigin)) return undefined;
  return [...names, listen, ...origins.flatMap((origin) => hostOf(origin) ?? [])].map(nameIn);
};

/** Whether a request with this `Host` may be answered. Browsers always send one. */
export const isAllowedHost = (host: string | undefined, hosts: readonly string[] | undefined): boolean => {
  if (hosts === undefined || host === undefined) return true;
  const name = nameIn(host);
  return isNobodyElse(name) || hosts.includes(name);
};
