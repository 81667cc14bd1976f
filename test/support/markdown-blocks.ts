/** What the fenced blocks of a language hold on a page of Markdown, in their order, each with its last line's end. */
export const blocksIn = (page: string, language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block!);
