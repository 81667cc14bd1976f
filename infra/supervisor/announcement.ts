import * as t from 'io-ts';

export const Role = t.keyof({ etcd: null, streamer: null, collector: null, gateway: null });
export type Role = t.TypeOf<typeof Role>;

/** What a role says once, when it does its work: a gateway when it has synced, a collector when it may fold. */
const Ready = t.type({ kind: t.literal('ready'), role: Role, name: t.string, addresses: t.array(t.string) });

/** What a role says from time to time: any figures by their names (rate, lag, waiting for), shown by `status`. */
const Progress = t.type({ kind: t.literal('progress'), details: t.UnknownRecord });

/** What a role says before it ends by itself, when what runs on would do harm if it were started again (promise L9). */
const Final = t.intersection([
  t.type({ kind: t.literal('final') }),
  // Sentences for people.
  t.partial({ reasons: t.array(t.string) }),
]);

/** What a role says when it has nothing to say, so that one that hangs or is stopped can be told from one that rests. */
const Alive = t.type({ kind: t.literal('alive') });

/** Milliseconds between two signs of life. */
export const aliveEveryMs = 2_000;

/** What a child tells its supervisor, over the channel between them. */
export const Announcement = t.union([Ready, Progress, Final, Alive]);
export type Announcement = t.TypeOf<typeof Announcement>;
