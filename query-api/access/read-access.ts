import { type IncomingHttpHeaders } from 'node:http';
import { bearerOf, isKnown } from './bearer.js';
import { isSession, openSession, sessionSeconds } from './session.js';
import { type Tokens } from './tokens.js';

/** Whether a request may read. */
export type Admission = 'granted' | 'no token was sent' | 'another token was sent';

const cookieName = 'telemetry_session';

const cookieIn = (header: string | undefined): string | undefined =>
  header
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1);

const cookie = (value: string, seconds: number, isSecure: boolean): string =>
  `${cookieName}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;

/** What a browser is sent to forget its session. */
export const forgotten = cookie('', 0, false);

/** Who may read: whoever sends a token, or the session that a browser got for one. Without tokens, everybody. */
export class ReadAccess {
  /** @param now milliseconds since the Unix epoch */
  constructor(
    private readonly tokens: Tokens,
    private readonly now: () => number,
  ) {}

  get isOpen(): boolean {
    return this.tokens.ofReaders.length === 0;
  }

  admit({ authorization, cookie: cookies }: IncomingHttpHeaders): Admission {
    if (this.isOpen) return 'granted';
    const sent = bearerOf(authorization);
    if (sent !== undefined) return isKnown(sent, this.tokens.ofReaders) ? 'granted' : 'another token was sent';
    const session = cookieIn(cookies);
    return session !== undefined && isSession(session, this.tokens.ofReaders, this.now())
      ? 'granted'
      : 'no token was sent';
  }

  /** The cookie for a browser that has shown a token. @param isSecure whether it came by https */
  session(authorization: string, isSecure: boolean): string {
    return cookie(openSession(bearerOf(authorization) ?? '', this.now()), sessionSeconds, isSecure);
  }
}
