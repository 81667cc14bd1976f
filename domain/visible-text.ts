/** A text on one line, its control characters escaped: they would move a terminal's cursor, or end a line of a log. */
export const visible = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
