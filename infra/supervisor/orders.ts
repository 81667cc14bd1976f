import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { Copies, ScalableRole } from './copies.js';

/** What a supervisor is told over its control socket. */
const Order = t.union([
  t.type({ order: t.literal('status') }),
  t.type({ order: t.literal('stop') }),
  t.type({ order: t.literal('scale'), copies: Copies }),
]);
export type Order = t.TypeOf<typeof Order>;

/** @throws Error for people when it is not one */
export const decodeOrder = (order: unknown): Order => {
  const decoded = Order.decode(order);
  if (isRight(decoded)) return decoded.right;
  throw new Error('unknown order; known are status, stop, and scale with copies of streamer, collector, gateway');
};

const RoleScaled = t.intersection([
  t.type({
    role: ScalableRole,
    from: t.number,
    to: t.number,
    started: t.array(t.string),
    stopped: t.array(t.string),
  }),
  // Copies that had failed and are off the record.
  t.partial({ removed: t.array(t.string) }),
]);

/**
 * The answer to `scale`. `refused`: nothing was changed. In `scaled`, `not_ready` says why a new copy does not work yet;
 * it stays under supervision.
 */
export const ScaleAnswer = t.union([
  t.type({ kind: t.literal('refused'), reason: t.string }),
  t.intersection([
    t.type({ kind: t.literal('scaled'), roles: t.array(RoleScaled) }),
    t.partial({ not_ready: t.string }),
  ]),
]);
export type ScaleAnswer = t.TypeOf<typeof ScaleAnswer>;
