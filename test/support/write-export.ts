import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ExportOptions, exportText } from '../../data/passes.js';

/** Writes an export as `npm run data` makes them, of any size: it is made as it is written. */
export const writeExport = (path: string, options: ExportOptions): Promise<void> =>
  pipeline(Readable.from(exportText(options)), createWriteStream(path));
