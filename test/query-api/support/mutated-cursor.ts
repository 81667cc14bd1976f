import fc from 'fast-check';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (cursor: string): Fields => JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as Fields;

const printed = (fields: unknown): string =>
  Buffer.from(JSON.stringify(fields) ?? 'undefined', 'utf8').toString('base64url');

const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];

const rubbish = fc.oneof(
  fc.constantFrom<unknown>(null, 0, 1, 2, -1, '', '0', 'x', [], {}, [''], ['0', 'c', 'h', '0', 'GPU-x'], '__proto__'),
  fc.anything(),
);

/** The fields of a key, each of which a list reads in its own way. */
const otherKey = (fields: Fields): fc.Arbitrary<readonly string[]> => {
  const key = fields['key'] as readonly string[];
  const part = fc.oneof(fc.constantFrom('', '-1', '9'.repeat(30), '9'.repeat(31), 'x', '\0'), fc.string());
  return fc.oneof(
    fc.tuple(fc.nat({ max: key.length - 1 }), part).map(([n, text]) => key.with(n, text)),
    fc.nat({ max: key.length }).map((length) => key.slice(0, length)),
    part.map((text) => [...key, text]),
  );
};

const otherFields = (cursor: string): fc.Arbitrary<string> => {
  const fields = fieldsOf(cursor);
  const name = fc.constantFrom(...Object.keys(fields), 'more', '__proto__');
  return fc.oneof(
    fc.tuple(name, rubbish).map(([field, value]) => printed({ ...fields, [field]: value })),
    name.map((field) => printed({ ...fields, [field]: undefined })),
    otherKey(fields).map((key) => printed({ ...fields, key })),
    rubbish.map(printed),
  );
};

/** A walk that began at a later revision is waited for, which is tested by itself; here it would only be slow. */
const isWaitedFor = (cursor: string, through: bigint): boolean => {
  try {
    const { revision } = fieldsOf(cursor);
    return typeof revision === 'string' && /^\d+$/.test(revision) && BigInt(revision) > through;
  } catch {
    return false;
  }
};

/** A cursor that was given out, with a byte changed, cut, or made anew of other fields. */
export const mutatedCursor = (cursor: string, through: bigint): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc
        .tuple(fc.nat({ max: cursor.length - 1 }), fc.constantFrom(...alphabet))
        .map(([at, byte]) => `${cursor.slice(0, at)}${byte}${cursor.slice(at + 1)}`),
      fc.nat({ max: cursor.length - 1 }).map((length) => cursor.slice(0, length)),
      otherFields(cursor),
    )
    .filter((text) => !isWaitedFor(text, through));
