import { parseDecimal } from '../decimal.js';

const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const quote = 0x22;
const comma = 0x2c;

/** So many digits, and every one of them, fit a double's integers. */
const exactDigits = 15;
/** Up to so many leading zeros behind the point `String` writes a number without an exponent. */
const plainFraction = 6;
const powers = Float64Array.from({ length: exactDigits + 1 }, (_, at) => 10 ** at);

/**
 * Reads a number out of bytes. Numbers of at most 15 digits in their shortest form are read here, since both their
 * digits and the power of ten they are divided by are exact, so that one division rounds as the standard asks; all
 * others by `parseDecimal`.
 */
export class NumberAt {
  value = 0;
  /** Where `String(value)` is not what is written. */
  text: string | undefined;

  /** Returns the index behind the number, or -1 when there is none. */
  read(bytes: Buffer, start: number, length: number): number {
    let at = start;
    const isNegative = bytes[at] === minus;
    if (isNegative) at += 1;
    const whole = at;
    let digits = 0;
    while (at < length && bytes[at]! >= zero && bytes[at]! <= nine) digits = digits * 10 + (bytes[at++]! - zero);
    const wholeDigits = at - whole;
    let fraction = 0;
    if (at < length && bytes[at] === point) {
      const from = ++at;
      while (at < length && bytes[at]! >= zero && bytes[at]! <= nine) digits = digits * 10 + (bytes[at++]! - zero);
      fraction = at - from;
      if (fraction === 0 || bytes[at - 1] === zero) return this.#odd(bytes, start, length);
    }
    const isShortest =
      (wholeDigits === 1 || (wholeDigits > 1 && bytes[whole] !== zero)) &&
      wholeDigits + fraction <= exactDigits &&
      (fraction <= plainFraction || bytes[whole] !== zero) &&
      !(isNegative && digits === 0);
    if (!isShortest || (at < length && !endsNumber(bytes[at]!))) return this.#odd(bytes, start, length);
    this.value = (isNegative ? -digits : digits) / powers[fraction]!;
    this.text = undefined;
    return at;
  }

  #odd(bytes: Buffer, start: number, length: number): number {
    let end = start;
    while (end < length && !endsNumber(bytes[end]!)) end++;
    const text = bytes.toString('latin1', start, end);
    const value = parseDecimal(text);
    if (value === undefined) return -1;
    this.value = value;
    this.text = String(value) === text ? undefined : text;
    return end;
  }
}

/** A quote, a comma or a line end. */
const endsNumber = (byte: number): boolean => byte === quote || byte === comma || byte === 0x0a || byte === 0x0d;
