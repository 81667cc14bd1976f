import { readFileSync } from 'node:fs';

/** What `npm start` runs behind the build, without the program's own path. */
export const startArguments = (): readonly string[] => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  return scripts['start']!.split('telemetry.js ')[1]!.split(' ');
};
