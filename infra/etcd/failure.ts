import {
  ClientClosedError,
  EtcdAuthenticationFailedError,
  EtcdInvalidAuthTokenError,
  EtcdLeaseInvalidError,
  EtcdPermissionDeniedError,
  GRPCDeadlineExceededError,
  GRPCInvalidArgumentError,
  GRPCNotFoundError,
  GRPCNotImplementedError,
  GRPCOutOfRangeError,
  GRPCUnauthenticatedError,
} from 'etcd3';
import { messageOf } from '../../domain/error-message.js';
import { type StoreFailure } from '../../domain/store-answer.js';

const neverTaken = [
  GRPCInvalidArgumentError,
  GRPCNotImplementedError,
  GRPCUnauthenticatedError,
  EtcdAuthenticationFailedError,
  EtcdInvalidAuthTokenError,
  EtcdPermissionDeniedError,
];

/** What a member says of a call that it could not do in time, such as one that has no leader. */
const saidLate = ['request timed out', 'context deadline exceeded'];

/** Users or roles of etcd have changed since this caller signed on; it may do so again. */
export const isOldSignOn = (error: unknown): boolean => messageOf(error).includes('revision of auth store is old');

const bugs = [TypeError, RangeError, ReferenceError, SyntaxError, ClientClosedError];

/**
 * What an error of a unary call means. Compactions and lost leases have predicates of their own.
 *
 * @throws the error itself when it is none of etcd's but a bug of ours, such as the use of a closed client
 */
export const failureOf = (error: unknown): StoreFailure => {
  if (bugs.some((kind) => error instanceof kind)) throw error;
  const message = messageOf(error);
  if (message.includes('database space exceeded')) return { kind: 'full', message };
  if (isOldSignOn(error)) return { kind: 'unreachable', message };
  if (neverTaken.some((kind) => error instanceof kind)) return { kind: 'refused', message };
  if (message.includes('request is too large')) return { kind: 'refused', message };
  const late = error instanceof GRPCDeadlineExceededError || saidLate.some((text) => message.includes(text));
  return { kind: late ? 'slow' : 'unreachable', message };
};

/** A range or a watch asked for a revision that has been compacted away. "Future revision" is the same class. */
export const isCompacted = (error: unknown): boolean =>
  error instanceof GRPCOutOfRangeError && error.message.includes('has been compacted');

/** A range asked for a revision that etcd has not reached: it was restored from a backup, or asks a member behind. */
export const isFutureRevision = (error: unknown): boolean =>
  error instanceof GRPCOutOfRangeError && error.message.includes('future revision');

/** A put was to be bound to a lease that is gone. etcd checks this before it applies anything. */
export const isLeaseGone = (error: unknown): boolean =>
  error instanceof EtcdLeaseInvalidError ||
  (error instanceof GRPCNotFoundError && error.message.includes('requested lease not found'));
