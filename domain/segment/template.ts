import { Damaged } from './damaged.js';
import { mostExpanded } from './limits.js';

/**
 * Text with holes for other columns of the row. Hole `n` (from 0, at most 8) is the character U+0001 + n; a text that
 * starts with U+0000 stands for what follows, whatever that contains.
 */
export type Template = string;

const literalMark = '\u0000';
const lastHole = 9;

export const hole = (column: number): string => String.fromCharCode(column + 1);

const reserved = new RegExp(`[${hole(0)}-${hole(lastHole - 1)}]|^${literalMark}`);

/** True when the text means itself as a template, so that holes may be put into it. */
export const isPlain = (text: string): boolean => !reserved.test(text);

/** The template that gives back exactly this text. */
export const literal = (text: string): Template => (isPlain(text) ? text : literalMark + text);

/** A template taken apart once: texts and, between them, the columns of its holes. */
export interface Parsed {
  readonly texts: readonly string[];
  readonly holes: readonly number[];
}

export const parseTemplate = (template: Template): Parsed => {
  if (template.startsWith(literalMark)) return { texts: [template.slice(1)], holes: [] };
  const texts: string[] = [];
  const holes: number[] = [];
  let from = 0;
  for (let i = 0; i < template.length; i++) {
    const code = template.charCodeAt(i);
    if (code === 0 || code > lastHole) continue;
    texts.push(template.slice(from, i));
    holes.push(code - 1);
    from = i + 1;
  }
  texts.push(template.slice(from));
  return { texts, holes };
};

/**
 * The template filled with what is known of a row, cut where the `open` column goes: joining the pieces with that
 * column's text gives the whole. One subject has many metrics, and only the metric's name differs. Each piece is joined
 * at once: texts added to one another are a tree of them, several times as large, until somebody looks into it.
 */
export const fillAround = (template: Parsed, columns: readonly string[], open: number): readonly string[] => {
  const pieces: string[] = [];
  let texts = [template.texts[0]!];
  let length = texts[0]!.length;
  for (const [number, column] of template.holes.entries()) {
    const [filled, text] = [columns[column] ?? '', template.texts[number + 1]!];
    if (column === open) {
      pieces.push(texts.join(''));
      [texts, length] = [[text], text.length];
    } else {
      texts.push(filled, text);
      length += filled.length + text.length;
    }
    if (length > mostExpanded) throw new Damaged('a template makes a text without measure');
  }
  pieces.push(texts.join(''));
  return pieces;
};

/** Throws Damaged where joining the pieces with a text of this length would make one without measure. */
export const checkJoined = (pieces: readonly string[], length: number): void => {
  let joined = 0;
  for (const piece of pieces) joined += piece.length + length;
  if (joined > mostExpanded + length) throw new Damaged('a template makes a text without measure');
};

export const join = (pieces: readonly string[], text: string): string => {
  checkJoined(pieces, text.length);
  return pieces.join(text);
};

export const fill = (template: Parsed, columns: readonly string[]): string =>
  join(fillAround(template, columns, -1), '');

/** The templates among the texts of a table, each taken apart once. */
export class Templates {
  private readonly parsed = new Map<number, Parsed>();

  constructor(private readonly strings: readonly string[]) {}

  get(number: number): Parsed {
    const parsed = this.parsed.get(number) ?? parseTemplate(this.strings[number]!);
    this.parsed.set(number, parsed);
    return parsed;
  }
}
