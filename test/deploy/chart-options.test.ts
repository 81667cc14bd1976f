import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useTempFolder } from '../support/temp-folder.js';
import { needsHelm } from './support/helm.js';
import { type Container, podsIn } from './support/pods.js';
import { complaintsOfProgram } from './support/program-options.js';
import { renderSet } from './support/rendered.js';
import { valueSetNames } from './support/value-sets.js';

/** The command that a container of the image runs, and its arguments; undefined for what is not the program. */
const programOf = ({ image, args, command, name }: Container): readonly [string, readonly string[]] | undefined => {
  if (!/gpu-telemetry[:@]/.test(image)) return undefined;
  if (name === 'upgrade-check') return ['projections list', []];
  return command === undefined ? [args![0]!, args!.slice(1)] : undefined;
};

/** As the program sees them, a file behind every variable that names one. */
const environmentOf = (container: Container, folder: string): Readonly<Record<string, string>> => {
  const file = join(folder, 'secret');
  writeFileSync(file, 'not-a-real-secret');
  return Object.fromEntries(
    (container.env ?? []).map(({ name, value }) => [
      name,
      name.endsWith('_FILE') ? file : (value ?? 'fleet-gpu-telemetry-0'),
    ]),
  );
};

describe('what the chart tells the program', function () {
  needsHelm();
  const folder = useTempFolder();

  it('is held against what the program has: an unknown variable and a wrong value are found', async () => {
    const said = await complaintsOfProgram('collect', ['--lease', '5s'], { TELEMETRY_SPEED: '1x' });
    assert.deepEqual(said, ['collect has no TELEMETRY_SPEED']);
    const [taken] = await complaintsOfProgram('collect', [], { TELEMETRY_LEASE: 'soon' });
    assert.match(taken!, /^--lease \(TELEMETRY_LEASE\) was "soon"/);
  });

  for (const name of valueSetNames)
    it(`are options that it has, with values that it takes: ${name}`, async () => {
      const containers = podsIn(renderSet(name)).flatMap((pod) => pod.containers);
      const programs = containers.flatMap((container) => {
        const program = programOf(container);
        return program ? [{ container, program }] : [];
      });
      assert.ok(programs.length >= 3);
      for (const { container, program } of programs) {
        const said = await complaintsOfProgram(...program, environmentOf(container, folder()));
        assert.deepEqual(said, [], container.name);
      }
    });
});
