import * as t from 'io-ts';

/** Text of a decimal number as exporters write it. */
export const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A finite decimal number as exporters write it; undefined for anything else: hexadecimal, NaN, infinities, blanks. */
export const parseDecimal = (text: string): number | undefined => {
  if (!decimal.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
};

export const Decimal = new t.Type<number, string>(
  'a finite decimal number, such as 73.136, -4 or 1e5',
  (value): value is number => typeof value === 'number',
  (input, context) => {
    const value = typeof input === 'string' ? parseDecimal(input) : undefined;
    return value === undefined ? t.failure(input, context) : t.success(value);
  },
  String,
);
