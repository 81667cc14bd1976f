import { createWriteStream } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseCommand, usage } from './options.js';
import { exportText } from './passes.js';

/** Ends with 0 done, 1 could not write, 2 bad usage. A reader that closes early (`| head`) is no failure. */
async function main(args: readonly string[], output: Writable): Promise<number> {
  const command = parseCommand(args);
  if (command.kind === 'help') {
    output.write(usage);
    return 0;
  }
  if (command.kind === 'wrong') {
    process.stderr.write(`${command.problems.join('\n')}\n--help lists the options.\n`);
    return 2;
  }
  const target = command.out === '-' ? output : createWriteStream(command.out);
  try {
    await pipeline(Readable.from(exportText(command.options)), target, { end: target !== output });
    return 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 0;
    process.stderr.write(`Cannot write ${command.out}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2), process.stdout);
