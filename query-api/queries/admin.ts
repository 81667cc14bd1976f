import { type LetterPlace } from '../../domain/dead-letter-id.js';
import { type ProjectionName } from '../../domain/generation.js';
import { bearerOf, isKnown } from '../access/bearer.js';

/** What a reset came to. */
export type ResetOutcome =
  | {
      readonly kind: 'started';
      readonly version: number;
      readonly generation: number;
      readonly partial: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** Begins a build of a projection. Throws StoreSilent when etcd does not answer. */
export type ResetProjection = (
  projection: ProjectionName,
  partial: boolean,
  signal: AbortSignal,
) => Promise<ResetOutcome>;

/** A dead letter after a replay of it was asked for. */
export interface AskedReplay {
  readonly id: string;
  /** `requested`: a streamer reads it again. With the other states nothing was asked for. */
  readonly state: 'requested' | 'replayed' | 'discarded' | 'absent';
}

/**
 * Records that dead letters are to be read again by a streamer, each once. Asking again does no harm. Throws
 * StoreSilent when etcd does not answer, or takes no more.
 */
export type ReplayDeadLetters = (
  letters: readonly LetterPlace[],
  signal: AbortSignal,
) => Promise<readonly AskedReplay[]>;

/** Whether a request may change something. */
export type Permission = 'granted' | 'no token is configured' | 'no token was sent' | 'another token was sent';

/**
 * Compares the token of an `Authorization` header with the one that is configured, in a time that tells nothing of it.
 *
 * @param token undefined where none is configured: then nothing may be changed by requests
 */
export const permissionOf = (token: string | undefined, authorization: string | undefined): Permission => {
  if (token === undefined) return 'no token is configured';
  const sent = bearerOf(authorization);
  if (sent === undefined) return 'no token was sent';
  return isKnown(sent, [token]) ? 'granted' : 'another token was sent';
};
