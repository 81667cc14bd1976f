/** GPUs of one host, in the order in which they are shown, as places of the table. */
export interface HostRow {
  readonly cluster: string;
  readonly hostname: string;
  /** What it is called on the page: the hostname alone where that tells it apart. */
  readonly name: string;
  readonly places: readonly number[];
}

/** Where everything on the map is, in CSS pixels. */
export interface Layout {
  /** Width and height of a cell; 0 for an empty map. */
  readonly size: number;
  /** From one cell to the next. */
  readonly pitch: number;
  /** From one row to the next. */
  readonly rowPitch: number;
  /** For hostnames; 0 where there is no room for them. */
  readonly labelWidth: number;
  readonly columnWidth: number;
  /** Hosts in a column; the next ones stand in the column to its right. */
  readonly rows: number;
  readonly height: number;
}

const largest = 24;
const smallest = 5;
const labelsFrom = 13;
const between = 20;
/** Columns stand apart for so many times their width at most: what belongs together is to look so. */
const widest = 1.5;

/** Undefined where not even one column fits into the width. */
const layoutOf = (size: number, hosts: number, longest: number, width: number, label: number): Layout | undefined => {
  const gap = size >= 14 ? 3 : size >= 9 ? 2 : 1;
  const labelWidth = size >= labelsFrom ? Math.min(label, 200, Math.round(width * 0.45)) : 0;
  const apart = labelWidth > 0 ? between : gap + 5;
  const needed = labelWidth + longest * (size + gap) + apart;
  const fitting = Math.floor((width + apart) / needed);
  if (fitting < 1 && size > smallest) return undefined;
  const rows = Math.ceil(hosts / Math.max(1, fitting));
  const columns = Math.ceil(hosts / Math.max(1, rows));
  // What is left of the width stands between columns, and not all at their right.
  const columnWidth = Math.max(needed, Math.min(Math.floor((width + apart) / columns), Math.round(needed * widest)));
  const rowPitch = size + gap + (labelWidth > 0 ? 4 : 1);
  return { size, pitch: size + gap, rowPitch, labelWidth, columnWidth, rows, height: rows * rowPitch };
};

/**
 * The largest cells with which all hosts fit into the width and, if that can be, the height.
 *
 * @param label the width of the longest hostname
 */
export const layOut = (hosts: readonly HostRow[], width: number, height: number, label: number): Layout => {
  const longest = Math.max(1, ...hosts.map(({ places }) => places.length));
  for (let size = largest; size > smallest; size--) {
    const layout = layoutOf(size, hosts.length, longest, width, label);
    if (layout && layout.height <= height) return layout;
  }
  return layoutOf(smallest, hosts.length, longest, width, label)!;
};

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where the row of a host begins: its label, or its first cell where there are no labels. */
export const rowAt = (host: number, { rows, columnWidth, rowPitch }: Layout): Point => ({
  x: Math.floor(host / rows) * columnWidth,
  y: (host % rows) * rowPitch,
});

/** The upper left corner of a cell. */
export const cellAt = (host: number, cell: number, layout: Layout): Point => {
  const { x, y } = rowAt(host, layout);
  return { x: x + layout.labelWidth + cell * layout.pitch, y };
};

/** Which cell of which host is at a point; the cell is −1 on a label. Undefined where there is nothing. */
export const hit = (
  { x, y }: Point,
  hosts: readonly HostRow[],
  { labelWidth, columnWidth, rowPitch, pitch, rows }: Layout,
): { readonly host: number; readonly cell: number } | undefined => {
  const row = Math.floor(y / rowPitch);
  const host = Math.floor(x / columnWidth) * rows + row;
  const within = (x % columnWidth) - labelWidth;
  if (x < 0 || y < 0 || row >= rows || !hosts[host]) return undefined;
  const cell = within < 0 ? -1 : Math.floor(within / pitch);
  return cell < hosts[host].places.length ? { host, cell } : undefined;
};
