import assert from 'node:assert/strict';
import { accessSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  copiesOf,
  execForm,
  type Instruction,
  pairsOf,
  parseDockerfile,
  type Stage,
  textsOf,
} from './support/dockerfile.js';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const stages = parseDockerfile(read('deploy/docker/Dockerfile'));
const last = stages.at(-1)!;
const manifest = JSON.parse(read('package.json')) as { version: string; engines: { node: string } };

const known = 'FROM ARG ENV LABEL WORKDIR COPY RUN EXPOSE USER HEALTHCHECK STOPSIGNAL ENTRYPOINT CMD'.split(' ');
const all = (keyword: string): readonly string[] => stages.flatMap((stage) => textsOf(stage, keyword));

/** Every second one is supported for long. */
const nodeOf = ({ image }: Stage): number => Number(/(?:node:|nodejs)(\d+)/.exec(image)?.[1]);

/** The entries of .dockerignore that let something in. */
const allowed = read('.dockerignore')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));

describe('the Dockerfile', () => {
  it('has only instructions that belong in it', () => {
    const strange = ({ keyword }: Instruction): boolean => !known.includes(keyword);
    assert.deepEqual(
      stages.flatMap(({ instructions }) => instructions.filter(strange)),
      [],
    );
  });

  it('builds on exact images of one Node that is supported for long', () => {
    for (const { image } of stages) assert.match(image, /^[\w./-]+:(?!latest)[\w.-]+$/);
    const [node, ...others] = new Set(stages.map(nodeOf));
    assert.deepEqual(others, []);
    assert.ok(node! % 2 === 0 && node! >= Number(/\d+/.exec(manifest.engines.node)?.[0]));
  });

  it('ends in a stage with no compiler, no package manager and no shell', () => {
    assert.ok(stages.length > 1);
    assert.match(last.image, /distroless/);
    assert.deepEqual(textsOf(last, 'RUN'), []);
    for (const keyword of ['ENTRYPOINT', 'CMD', 'HEALTHCHECK'])
      for (const text of textsOf(last, keyword)) assert.ok(execForm(text).length > 0);
  });

  it('runs as a user by number who is not root, and as process 1 that takes its signals', () => {
    const [user, ...more] = textsOf(last, 'USER');
    assert.match(user!, /^[1-9]\d*:[1-9]\d*$/);
    assert.deepEqual(more, []);
    assert.deepEqual(textsOf(last, 'STOPSIGNAL'), ['SIGTERM']);
    assert.equal(execForm(textsOf(last, 'ENTRYPOINT')[0]!).at(-1), 'dist/program/telemetry.js');
  });

  it('installs exactly what the lock file names, and runs no script of a package', () => {
    const installs = all('RUN').filter((text) => /npm (ci|i|install|add)\b/.test(text));
    assert.equal(installs.length, 2);
    for (const text of installs) assert.match(text, /^npm ci /);
    assert.match(read('.npmrc'), /^ignore-scripts=true$/m);
    for (const stage of stages.slice(0, -1)) assert.ok(copiesOf(stage)[0]!.sources.includes('.npmrc'));
  });

  it('copies only what there is, and .dockerignore lets in nothing else', () => {
    const sources = stages.flatMap(copiesOf).flatMap(({ from, sources: paths }) => (from === undefined ? paths : []));
    for (const source of sources) accessSync(new URL(source, root));
    assert.deepEqual([...new Set(sources)].sort(), [...allowed].sort());
    assert.match(read('.dockerignore'), /^\*$/m);
  });

  it('says what it is: its title, its version, its licence and its revision', () => {
    const labels = pairsOf(last, 'LABEL');
    for (const name of ['title', 'description', 'licenses', 'version', 'revision'])
      assert.ok(labels[`org.opencontainers.image.${name}`], name);
    assert.ok(textsOf(last, 'ARG').includes(`VERSION=${manifest.version}`));
  });

  it('exposes the ports that it listens on, and has no secret', () => {
    const { TELEMETRY_PORT: port, TELEMETRY_METRICS_PORT: metrics, ...others } = pairsOf(last, 'ENV');
    assert.deepEqual(textsOf(last, 'EXPOSE'), [`${port} ${metrics}`]);
    assert.deepEqual(
      Object.keys(others).filter((name) => /TOKEN|PASSWORD|KEY/.test(name)),
      [],
    );
    assert.ok(
      existsSync(
        fileURLToPath(new URL(execForm(textsOf(last, 'HEALTHCHECK')[0]!)[1]!, new URL('deploy/docker/', root))),
      ),
    );
  });
});
