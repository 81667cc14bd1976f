import { type IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

/** The first half of an IPv6 address: one customer of a provider has all that begin with it. */
const network = (address: string): string => {
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const before = head.split(':').filter(Boolean);
  const after = (tail ?? '').split(':').filter(Boolean);
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array<string>(gap).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
};

/** `192.0.2.1:80` and `[2001:db8::1]:80` as some proxies write it. */
const withoutPort = (text: string): string =>
  /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, '$1');

/** What a client is counted by; undefined for what is no address. */
export const clientName = (text: string): string | undefined => {
  const address = withoutPort(text.trim()).replace(/^::ffff:(?=[\d.]+$)/i, '');
  if (isIPv4(address)) return address;
  return isIPv6(address) && !address.includes('.') ? network(address) : undefined;
};

/**
 * Who asks: the peer of the connection or, behind proxies, whom the outermost of them saw. Each proxy appends its peer
 * to `X-Forwarded-For`; what stands before the entry of the outermost one is what the client says and is not believed.
 *
 * @param proxies how many of them every request comes through
 */
export const clientOf = (peer: string | undefined, forwarded: string | undefined, proxies: number): string => {
  const seen = proxies > 0 ? (forwarded ?? '').split(',').at(-proxies) : undefined;
  return (seen === undefined ? undefined : clientName(seen)) ?? clientName(peer ?? '') ?? 'unknown';
};

/** Who sent a request. */
export const senderOf = ({ socket, headers }: IncomingMessage, proxies: number): string =>
  clientOf(socket.remoteAddress, [headers['x-forwarded-for'] ?? []].flat().join(','), proxies);
