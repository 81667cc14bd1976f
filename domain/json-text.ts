/** What a text in JSON says; undefined, which no JSON says, for one that is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
