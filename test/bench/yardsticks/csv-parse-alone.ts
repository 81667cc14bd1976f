import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';

/* Run as a program of its own, `csv-parse-alone FILE`: reads every record of a file and does nothing with it. */

let rows = -1;
const records = createReadStream(process.argv[2]!, { highWaterMark: 256 * 1024 }).pipe(parse());
for await (const record of records as AsyncIterable<string[]>) rows += record.length > 0 ? 1 : 0;
console.log(String(rows));
