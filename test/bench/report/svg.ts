/** A text for people inside of SVG. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

type Attributes = Readonly<Record<string, string | number>>;

const attributesOf = (attributes: Attributes): string =>
  Object.entries(attributes)
    .map(
      ([name, value]) =>
        ` ${name}="${typeof value === 'number' ? String(Math.round(value * 10) / 10) : escaped(value)}"`,
    )
    .join('');

/** A shape without anything in it. */
export const shape = (name: string, attributes: Attributes): string => `<${name}${attributesOf(attributes)}/>`;

export const text = (x: number, y: number, words: string, attributes: Attributes = {}): string =>
  `<text${attributesOf({ x, y, ...attributes })}>${escaped(words)}</text>`;

/** Colours that people who see few of them can tell apart (Okabe and Ito; their yellow is too light for words on white). */
export const colours = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#7a6a00',
  '#999999',
] as const;

/** A whole picture, line by line, which shows on a light page and on a dark one. */
export const picture = (width: number, height: number, title: string, shapes: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    shape('rect', { width, height, fill: '#ffffff' }),
    ...shapes,
    '</svg>',
    '',
  ].join('\n');

/** Where a value stands on an axis that counts in powers of ten. */
export const logScale =
  ([least, most]: readonly [number, number], [from, to]: readonly [number, number]) =>
  (value: number): number =>
    from + ((to - from) * Math.log(value / least)) / Math.log(most / least);

/** The powers of ten between two numbers. */
export const decades = ([least, most]: readonly [number, number]): readonly number[] => {
  const first = Math.ceil(Math.log10(least) - 1e-9);
  const last = Math.floor(Math.log10(most) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => 10 ** (first + n));
};
