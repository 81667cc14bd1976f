import { formatInstant, type Instant } from '../instant.js';

/**
 * How a source writes its times where that is not the canonical form: what stands between date and time, how many
 * digits the fraction has, and the offset as written, such as `T3Z`, ` 0` or `T0+02:00`. `=…` is a text as it is;
 * the empty layout is the canonical form.
 */
export type TimeLayout = string;

export const canonical: TimeLayout = '';
const literalMark = '=';
const written = /^\d{4}-\d\d-\d\d([Tt ])\d\d:\d\d:\d\d(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d|)$/;
const layoutForm = /^([Tt ])(\d)([Zz]|([+-])(\d\d):(\d\d)|)$/;

/** A layout by which {@link writeTime} gives the text back; undefined text is the canonical one. */
export const layoutOf = (at: Instant, text: string | undefined): TimeLayout => {
  if (text === undefined) return canonical;
  const found = written.exec(text);
  if (found) {
    const layout = `${found[1]}${found[2]?.length ?? 0}${found[3]}`;
    if (writeTime(at, layout) === text) return layout;
  }
  return literalMark + text;
};

/** The text of a time in a layout; undefined for the canonical one. `null` when there is no such layout. */
export const writeTime = (at: Instant, layout: TimeLayout): string | undefined | null => {
  if (layout === canonical) return undefined;
  if (layout.startsWith(literalMark)) return layout.slice(1);
  const found = layoutForm.exec(layout);
  if (!found) return null;
  const [, between, digits, suffix, sign, hours, minutes] = found;
  const ahead = sign === undefined ? 0 : (sign === '-' ? -60 : 60) * (Number(hours) * 60 + Number(minutes));
  const shifted = (at + BigInt(ahead) * 1_000_000_000n) as Instant;
  const [whole, fraction = ''] = formatInstant(shifted).slice(0, -1).split('.');
  const tail = digits === '0' ? '' : `.${fraction.padEnd(9, '0').slice(0, Number(digits))}`;
  return whole!.replace('T', between!) + tail + suffix;
};
