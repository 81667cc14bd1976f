/*
 * Lists that are made anew from what is known, and shown in the elements that are there: who has the focus, is being
 * pressed or is selected stays what it is.
 */

/** Makes an element say what another says. Its listeners stay, so both must be of the same thing. */
const become = (shown: Element, made: Element): void => {
  if (shown.isEqualNode(made)) return;
  for (const { name } of [...shown.attributes]) if (!made.hasAttribute(name)) shown.removeAttribute(name);
  for (const { name, value } of made.attributes) {
    if (shown.getAttribute(name) === value) continue;
    // The page's policy takes a style from a program alone, and not as an attribute.
    if (name === 'style') (shown as HTMLElement).style.cssText = value;
    else shown.setAttribute(name, value);
  }
  const [before, after] = [[...shown.childNodes], [...made.childNodes]];
  const isAlike = before.length === after.length && before.every((node, n) => node.nodeName === after[n]!.nodeName);
  if (!isAlike) return shown.replaceChildren(...after);
  before.forEach((node, n) => {
    const other = after[n]!;
    if (node instanceof Element) become(node, other as Element);
    else if (node.nodeValue !== other.nodeValue) node.nodeValue = other.nodeValue;
  });
};

/** The first of these that comes behind a child, or else before it. */
const neighbour = (child: Element, among: ReadonlySet<Element>): Element | undefined => {
  const all = [...child.parentElement!.children];
  const place = all.indexOf(child);
  return [...all.slice(place + 1), ...all.slice(0, place).reverse()].find((other) => among.has(other));
};

/** A thing to show by what tells it apart: the same key is the same thing, with the same listeners. */
export type Keyed = readonly [key: string, made: HTMLElement];

/** Shows these in a parent, in order: those that it shows already in place. */
export const showInPlace = (parent: HTMLElement, things: readonly Keyed[]): void => {
  const shown = new Map([...parent.children].map((child) => [(child as HTMLElement).dataset['key'], child]));
  const wanted = things.map(([key, made]) => {
    made.dataset['key'] = key;
    const known = shown.get(key);
    if (known === undefined) return made;
    shown.delete(key);
    become(known, made);
    return known;
  });
  const focused = document.activeElement;
  const leaving = [...shown.values()].find((child) => child.contains(focused));
  const next = leaving && neighbour(leaving, new Set(wanted));
  shown.forEach((child) => child.remove());
  wanted.forEach((child, n) => {
    if (parent.children[n] !== child) parent.insertBefore(child, parent.children[n] ?? null);
  });
  // What moves loses the focus.
  if (focused instanceof HTMLElement && focused.isConnected && focused !== document.activeElement)
    focused.focus({ preventScroll: true });
  // Who was on what has gone is led to what stands there now, and not to the beginning of the page.
  next?.querySelector<HTMLElement>('a, button')?.focus({ preventScroll: true });
};
