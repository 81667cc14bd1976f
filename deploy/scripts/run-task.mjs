// `run-task.mjs NAME [ARGUMENTS…]`: runs the commands of a task, each shown before it starts, until one fails.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tasks } from './tasks.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const cures = {
  docker: 'Install Docker, or an engine with the same command.',
  helm: 'Install it with `go install helm.sh/helm/v3/cmd/helm@v3.19.0`, or as helm.sh says.',
  kubectl: 'Install it as kubernetes.io says, and give it a cluster.',
};

// `go install` leaves programs where the search path often does not reach.
const goFolder = join(process.env.GOPATH || join(homedir(), 'go'), 'bin');
const env = { ...process.env, PATH: [process.env.PATH, goFolder].join(delimiter) };

/** Where it is built from; an export of the files has none. */
const revision = () => {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
};

const shown = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`);

/** Answers its exit code. */
const run = (name, [tool, ...args]) => {
  console.error(`$ ${[tool, ...args].map(shown).join(' ')}`);
  const { status, error } = spawnSync(tool, args, { cwd: root, env, stdio: 'inherit' });
  if (error?.code === 'ENOENT') console.error(`${name} needs ${tool}, and there is none. ${cures[tool]}`);
  else if (error) console.error(`${name}: ${tool}: ${error.message}`);
  return error ? 1 : (status ?? 1);
};

const [name, ...args] = process.argv.slice(2);
const { problems = [], commands = [], after } = tasks[name](process.env, args, { version, revision: revision() });
for (const problem of problems) console.error(`${name}: ${problem}`);
let code = problems.length > 0 ? 2 : 0;
for (const command of commands) if (code === 0) code = run(name, command);
if (code === 0 && after) console.error(after);
process.exitCode = code;
