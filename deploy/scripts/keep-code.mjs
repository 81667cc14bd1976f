// Writes what V8 makes of the files NAME… of the program in FOLDER beside them, once they have all been loaded: it makes
// code of a function when it is first called.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { writeWhole } from './write-whole.mjs';

// What is left is what the program itself is told.
const [folder, ...names] = process.argv.splice(2, Infinity, '--help');
const { load, scripts } = createRequire(import.meta.url)(join(folder, 'telemetry.js'));

for (const name of names) load(name);
await Promise.all([...scripts].map(([path, script]) => writeWhole(`${path}.code`, script.createCachedData())));
process.exit(0);
