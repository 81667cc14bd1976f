/**
 * A hostname as there is room for it. Hosts of one domain differ in its first part, others at their ends: the domain
 * goes first, then the beginning.
 */
export const fitted = (hostname: string, room: number, widthOf: (text: string) => number): string => {
  if (widthOf(hostname) <= room) return hostname;
  const [first = ''] = hostname.split('.');
  if (first !== hostname && widthOf(`${first}…`) <= room) return `${first}…`;
  let kept = first;
  while (kept.length > 4 && widthOf(`…${kept}`) > room) kept = kept.slice(1);
  return `…${kept}`;
};
