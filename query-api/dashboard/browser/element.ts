type Attributes = Readonly<Record<string, string | boolean | ((event: Event) => void) | undefined>>;
export type Child = Node | string;

/** An element with attributes, listeners (functions, by the name of their event) and children. */
export const element = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (typeof value === 'string') made.setAttribute(name, value);
    else if (value === true) made.setAttribute(name, '');
  }
  made.append(...children);
  return made;
};

/** Sets a text where it is another, so that nothing is laid out again for nothing. */
export const say = (node: HTMLElement, text: string): void => {
  if (node.textContent !== text) node.textContent = text;
};
