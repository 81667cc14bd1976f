import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const resolve = createRequire(import.meta.url);

/** The folder of an installed package, whose prebuilt browser files are served. */
export const packageFolder = (name: string): string => dirname(resolve.resolve(`${name}/package.json`));
