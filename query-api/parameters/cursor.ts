import { printCursor, readCursor, type PageCursor } from '../queries/page-cursor.js';
import { type Parameter } from './parameter.js';
import { textCodec } from './text-codec.js';

export const cursor: Parameter<PageCursor> = {
  codec: textCodec('Cursor', readCursor, printCursor),
  description:
    'Where to go on: `next_cursor` of the page before, with the same filters and order. What existed when the walk ' +
    'began is shown exactly once; what arrives behind the cursor is not shown.',
  accepted: 'the next_cursor of an earlier answer, unchanged',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,4096}$' },
};
