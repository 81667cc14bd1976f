import * as t from 'io-ts';
import { described, named } from '../schema/described.js';

const Check = t.type({
  status: described(t.keyof({ ok: null, degraded: null, failing: null }), 'How it stands.'),
  detail: described(t.string, 'What that means and what to do.'),
});

const checks = described(t.record(t.string, Check), 'By what was looked at.');

/** The body of `/readyz`. */
export const WireChecks = named(
  'Readiness',
  t.type({ status: described(t.keyof({ ready: null, 'not ready': null }), 'Whether to send requests here.'), checks }),
);

/** The body of `/health`. */
export const WireHealth = named(
  'Health',
  t.type({
    status: described(
      t.keyof({ healthy: null, degraded: null, unhealthy: null }),
      'unhealthy: not to be trusted to be up to date (and 503); degraded: served in part.',
    ),
    checks,
    revision: described(t.string, 'The revision that is answered from, a decimal number of 64 bits.'),
  }),
);
