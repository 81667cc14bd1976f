/** Rows as lines with their columns one below the other; columns that are empty in every row are left out. */
export const tableLines = (rows: readonly (readonly string[])[]): readonly string[] => {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.slice(1).map((row) => (row[at] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, at) => (widths[at] === 0 ? '' : cell.padEnd(Math.max(widths[at]!, (rows[0]![at] ?? '').length) + 2)))
      .join('')
      .trimEnd(),
  );
};
