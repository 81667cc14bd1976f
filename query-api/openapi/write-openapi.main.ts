import { writeFile } from 'node:fs/promises';
import { apiOperations } from '../rest/api-operations.js';
import { apiVersion } from './api-version.js';
import { openApiDocument } from './openapi-document.js';

/** `npm run openapi [FILE]`: the document needs no running gateway, because only its codecs are looked at. */
const [file = 'openapi.json'] = process.argv.slice(2);
const nobody = new Proxy({}, { get: () => () => undefined }) as Parameters<typeof apiOperations>[0];
await writeFile(file, `${JSON.stringify(openApiDocument(apiOperations(nobody), apiVersion), null, 2)}\n`);
process.stdout.write(`${file}\n`);
