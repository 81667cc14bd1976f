import type * as t from 'io-ts';

/** Parts that are named; a thing that is of another version altogether lacks many. */
const mostNamed = 3;
const mostShown = 60;
/** Types without a name of their own are named by all that is in them. */
const longestName = 40;

/** As far as the types of io-ts tell what they are. */
interface Tagged {
  readonly _tag?: string;
  readonly type?: Tagged;
}

/** Unions and intersections number their members, which are no parts of what was decoded. */
const hasMembers = ({ _tag: tag, type }: Tagged): boolean =>
  tag === 'UnionType' || tag === 'IntersectionType' || (type !== undefined && hasMembers(type));

/** Where a value stands in the whole: `last.length`. */
const placeOf = (context: t.Context): string =>
  context
    .filter(({ key }, at) => at > 0 && key !== '' && !hasMembers(context[at - 1]!.type as Tagged))
    .map(({ key }) => key)
    .join('.');

const cut = (text: string): string => (text.length > mostShown ? `${text.slice(0, mostShown)}…` : text);

/** What a codec did not find as it should be, in a few words: each part by its place, what it was, what is accepted. */
export const unmet = (errors: t.Errors): string => {
  const parts = new Map<string, { readonly was: string; readonly accepted: Set<string> }>();
  for (const { context, value, message } of errors) {
    const place = placeOf(context) || 'all of it';
    const seen = value === undefined ? `${place} is missing` : `${place} was ${cut(JSON.stringify(value))}`;
    // Some codecs say themselves what is wrong.
    const was = message ?? seen;
    const part = parts.get(place) ?? { was, accepted: new Set<string>() };
    parts.set(place, part);
    const name = context.at(-1)!.type.name;
    if (message === undefined && value !== undefined && name.length <= longestName) part.accepted.add(name);
  }
  const all = [...parts.values()].map(({ was, accepted }) =>
    accepted.size === 0 ? was : `${was} (accepted: ${[...accepted].join(' or ')})`,
  );
  const more = all.length - mostNamed;
  return [...all.slice(0, mostNamed), ...(more > 0 ? [`and ${String(more)} more`] : [])].join(', ');
};
