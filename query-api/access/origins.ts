/** Any site; in the list of those that may ask. */
export const anyOrigin = '*';

/** Whether a page of another site may read answers, by the `Origin` that its browser tells. */
export const isListed = (origin: string, allowed: readonly string[]): boolean =>
  allowed.includes(anyOrigin) || allowed.includes(origin);

/** The host that stands in an origin, with its port where that is not the usual one. */
export const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined);

/**
 * Whether a WebSocket may be made for the page that wants it. Browsers ask no preflight for WebSockets and send cookies
 * along, so the gateway itself has to look. A program that is no browser sends no origin.
 *
 * @param host the header of this name; the page is the gateway's own when it came from there
 */
export const mayConnect = (origin: string | undefined, host: string | undefined, allowed: readonly string[]): boolean =>
  origin === undefined || isListed(origin, allowed) || (host !== undefined && hostOf(origin) === host.toLowerCase());
