// Lists every npm script with the line that package.json has for it.
import { readFileSync } from 'node:fs';

const { scripts, scriptsHelp } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const width = Math.max(...Object.keys(scripts).map((name) => name.length));
for (const name of Object.keys(scripts)) console.log(`  npm run ${name.padEnd(width)}  ${scriptsHelp[name]}`);
