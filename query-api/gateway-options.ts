import { type LimitOptions, noLimits } from './access/client-limits.js';
import { type FollowTokens } from './access/tokens.js';
import { type Patience, usualPatience } from './http/server.js';
import { type Tls } from './http/tls.js';
import { type StatusLimits } from './queries/status.js';

/** How a gateway runs. */
export interface GatewayOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** The address to listen on: loopback unless asked otherwise. */
  readonly listen: string;
  readonly statusLimits: StatusLimits;
  readonly access: AccessOptions;
  /** Absent speaks plain http. */
  readonly tls?: Tls | undefined;
}

/** What GraphQL tells of itself. */
export interface GraphqlOptions {
  /** Whether the schema is told to who asks for it, or guesses at it. */
  readonly introspection: boolean;
  readonly graphiql: boolean;
}

/** Who may ask. */
export interface AccessOptions {
  /** Tokens that requests must carry one of; without any everybody may read. */
  readonly readTokens: readonly string[];
  /** What holds instead of them and of the admin token from then on; absent where they never change. */
  readonly followTokens?: FollowTokens | undefined;
  /** Other sites whose pages may ask, as browsers name them; `*` is every site. */
  readonly origins: readonly string[];
  /** Names that it may be asked by, beside addresses and `localhost`; absent: by any. */
  readonly hosts?: readonly string[] | undefined;
  readonly limits: LimitOptions;
  /** How long a time one answer may be made of, in nanoseconds, where it is made of all that lies in it; undefined is any. */
  readonly historySpan?: bigint | undefined;
  readonly patience: Patience;
  readonly graphql: GraphqlOptions;
}

/** Everybody may ask everything, as often as they like. */
export const openAccess: AccessOptions = {
  readTokens: [],
  origins: [],
  limits: noLimits,
  patience: usualPatience,
  graphql: { introspection: true, graphiql: true },
};
