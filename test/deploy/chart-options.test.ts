import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CliCommand } from '../../infra/cli/cli-command.js';
import { buildCommand, type Chosen, redirect } from '../../infra/cli/build-command.js';
import { environmentName } from '../../infra/config/option.js';
import { readConfiguration } from '../../infra/config/read-configuration.js';
import { useTempFolder } from '../support/temp-folder.js';
import { needsHelm } from './support/helm.js';
import { type Container, podsIn } from './support/pods.js';
import { renderSet } from './support/rendered.js';
import { valueSetNames } from './support/value-sets.js';

const commands: Readonly<Record<string, () => Promise<CliCommand>>> = {
  stream: async () => (await import('../../commands/cli/stream.main.js')).command,
  collect: async () => (await import('../../commands/cli/collect.main.js')).command,
  serve: async () => (await import('../../commands/cli/serve.main.js')).command,
  'projections list': async () => (await import('../../commands/cli/projections-list.main.js')).list,
};

/** The command that a container of the image runs, and its arguments; undefined for what is not the program. */
const programOf = ({ image, args, command, name }: Container): readonly [string, readonly string[]] | undefined => {
  if (!/gpu-telemetry[:@]/.test(image)) return undefined;
  if (name === 'upgrade-check') return ['projections list', []];
  return command === undefined ? [args![0]!, args!.slice(1)] : undefined;
};

/** As the program sees them, a file behind every variable that names one. */
const environmentOf = (container: Container, folder: string): Readonly<Record<string, string>> => {
  const file = join(folder, 'secret');
  writeFileSync(file, 'not a real secret');
  const named = (container.env ?? []).filter(({ name }) => name.startsWith('TELEMETRY_'));
  return Object.fromEntries(
    named.map(({ name, value }) => [name, name.endsWith('_FILE') ? file : (value ?? 'fleet-gpu-telemetry-0')]),
  );
};

const knownTo = ({ options }: CliCommand): ReadonlySet<string> =>
  new Set(
    Object.entries(options).flatMap(([name, { takes }]) => {
      const variable = environmentName(name);
      return takes === 'secret' ? [variable, `${variable}_FILE`] : [variable];
    }),
  );

describe('what the chart tells the program', function () {
  needsHelm();
  const folder = useTempFolder();

  for (const name of valueSetNames)
    it(`are options that it has, with values that it takes: ${name}`, async () => {
      let count = 0;
      for (const container of podsIn(renderSet(name)).flatMap(({ containers }) => containers)) {
        const program = programOf(container);
        if (program === undefined) continue;
        const [path, args] = program;
        const command = await commands[path]!();
        const environment = environmentOf(container, folder());
        const known = knownTo(command);
        assert.deepEqual(
          Object.keys(environment).filter((variable) => !known.has(variable)),
          [],
          container.name,
        );
        let chosen: Chosen | undefined;
        const parser = buildCommand(path, command, (one) => (chosen = one));
        redirect(parser, assert.fail, assert.fail).parse(args, { from: 'user' });
        const configuration = readConfiguration(command.options, chosen!.given, environment);
        assert.equal(configuration._tag, 'Right', JSON.stringify(configuration));
        count++;
      }
      assert.ok(count >= 3);
    });
});
