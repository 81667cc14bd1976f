import * as t from 'io-ts';

interface RevisionBrand {
  readonly Revision: unique symbol;
}
/** etcd's revision: 64 bits, so a bigint and never a number. 0 is "before everything". */
export type Revision = t.Branded<bigint, RevisionBrand>;

const decimal = /^(0|[1-9][0-9]{0,18})$/;

const isRevision = (value: unknown): value is Revision => typeof value === 'bigint' && value >= 0n;

/** Stored and sent as a decimal string, which is how etcd's client gives it. */
export const Revision = new t.Type<Revision, string>(
  'Revision',
  isRevision,
  (input, context) =>
    typeof input === 'string' && decimal.test(input) ? t.success(BigInt(input) as Revision) : t.failure(input, context),
  String,
);

/** From etcd's own decimal string. Throws on anything else: etcd never sends it. */
export const revision = (text: string): Revision => {
  if (!decimal.test(text)) throw new Error(`not an etcd revision: ${JSON.stringify(text)}`);
  return BigInt(text) as Revision;
};

export const next = (after: Revision): Revision => (after + 1n) as Revision;

/** The one before it; `beginning` has none. */
export const previous = (before: Revision): Revision => (before > 0n ? before - 1n : before) as Revision;

export const lower = (a: Revision, b: Revision): Revision => (a < b ? a : b);

export const beginning = 0n as Revision;
