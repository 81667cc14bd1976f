import * as t from 'io-ts';
import { ProjectionName } from './generation.js';
import { Instant } from './instant.js';
import { ofKnownProjections } from './known-projections.js';

/**
 * What a gateway says of itself in `members/gateway/{id}`: which generations it answers from, so that no other is
 * deleted under it, and whether it is still on its way there. Versioned: change with care.
 */
export const GatewayAnnouncement = t.readonly(
  t.intersection([
    t.type({
      id: t.string,
      /** The name that the supervisor gave it, or that it gave itself. */
      name: t.string,
      pid: t.number,
      started_at: Instant,
      /** Of each projection that it has loaded. */
      generations: ofKnownProjections(t.readonly(t.type({ projection: ProjectionName, generation: t.number }))),
    }),
    t.partial({
      /** The newest version of segments that it reads; what it does not say is 1. */
      segments: t.number,
      /** True while it loads what it is to answer from: what is built anew gives way to it. */
      loading: t.boolean,
    }),
  ]),
  'GatewayAnnouncement',
);
export type GatewayAnnouncement = t.TypeOf<typeof GatewayAnnouncement>;
