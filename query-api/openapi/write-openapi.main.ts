import { writeFile } from 'node:fs/promises';
import { AnswerCache } from '../rest/answer-cache.js';
import { apiOperations } from '../rest/api-operations.js';
import { apiVersion } from './api-version.js';
import { openApiDocument } from './openapi-document.js';
import { toYaml } from './yaml.js';

/** `npm run openapi [FILE]`: the document needs no running gateway, because only its codecs are looked at. */
const [file = 'openapi.json', ...others] = process.argv.slice(2);
if (others.length > 0 || file.startsWith('-')) {
  process.stderr.write(
    'npm run openapi [FILE]: writes the OpenAPI document, as YAML when FILE ends so; openapi.json\n',
  );
  process.exit(file === '--help' ? 0 : 2);
}
const nobody = new Proxy({}, { get: () => () => undefined }) as Parameters<typeof apiOperations>[0];
const document = openApiDocument(apiOperations(nobody, new AnswerCache()), apiVersion);
await writeFile(file, /\.ya?ml$/.test(file) ? toYaml(document) : `${JSON.stringify(document, null, 2)}\n`);
process.stdout.write(`${file}\n`);
