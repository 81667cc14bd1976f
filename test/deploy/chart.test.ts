import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { useTempFolder } from '../support/temp-folder.js';
import { chart, helm, needsHelm } from './support/helm.js';
import { podsIn } from './support/pods.js';
import { complaintsAbout } from './support/kubernetes-schema.js';
import {
  documentsIn,
  type KubernetesObject,
  namespace,
  ofKind,
  render,
  renderSet,
  renderText,
} from './support/rendered.js';
import { valueSetNames, valueSets } from './support/value-sets.js';

const read = (path: string): string => readFileSync(`${chart}${path}`, 'utf8');
const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** All values that can be set, by path: `image.tag`. A list, or an object that is empty, is one value. */
const leaves = (value: unknown, path: readonly string[] = []): readonly (readonly [string, unknown])[] => {
  const isBranch =
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  return isBranch
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
    : [[path.join('.'), value]];
};

/** The rows of the README's tables: | `image.tag` | `''` | … |, the key and what it is unless given. */
const rowsOf = (text: string): readonly (readonly [string, string])[] =>
  [...text.matchAll(/^\| `([^`]+)` *\| `([^`]*)`/gm)].map(([, key, usual]) => [key!, usual!]);

/** As the README writes what a value is; lists have a name there. */
const written = (value: unknown): string => {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return value === '' ? "''" : String(value);
};

interface Schema {
  readonly $ref?: string;
  readonly type?: unknown;
  readonly enum?: unknown;
  readonly anyOf?: unknown;
  readonly pattern?: string;
  readonly additionalProperties?: boolean | Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const service: KubernetesObject = {
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } },
  spec: { selector: { a: 'b' }, ports: [{ port: 80, targetPort: 'http' }] },
};

describe('the check against the schemas of Kubernetes', () => {
  it('takes what is right', () => assert.deepEqual(complaintsAbout(service), []));

  it('finds a field of the wrong type, one that is missing, and one that does not exist, however deep', () => {
    const wrong = (spec: object): readonly string[] => complaintsAbout({ ...service, spec });
    assert.match(wrong({ ports: [{ port: 'eighty' }] })[0]!, /port must be integer/);
    assert.match(wrong({ ports: [{}] })[0]!, /port/);
    assert.deepEqual(wrong({ ports: [{ port: 80, targetport: 1 }] }), [
      '/spec/ports/0/targetport is not a field of the schema',
    ]);
    assert.throws(() => complaintsAbout({ ...service, kind: 'Servise' }), /Cannot find module/);
    const config = { apiVersion: 'monitoring.coreos.com/v1alpha1', kind: 'ScrapeConfig', metadata: { name: 'a' } };
    const reached = (spec: object): number => complaintsAbout({ ...config, spec }).length;
    assert.deepEqual(
      [{ scheme: 'HTTPS' }, { scheme: 'https' }, { tlsConfig: { servername: 'a' } }, { authorization: 1 }].map(reached),
      [0, 1, 1, 1],
    );
  });
});

describe('the chart', function () {
  needsHelm();
  const folder = useTempFolder();

  it('passes the lint, its values too', () => {
    for (const name of valueSetNames) {
      const { files, values } = valueSets[name];
      const given = files.flatMap((file) => ['--values', `${chart}${file}`]);
      const { status, stdout, stderr } = helm(['lint', '--strict', chart, ...given, '--values', '-'], values);
      assert.equal(status, 0, `${name}: ${stdout}${stderr}`);
    }
  });

  for (const name of valueSetNames)
    it(`makes only objects that Kubernetes takes, each with a name of its own: ${name}`, () => {
      const objects = renderSet(name);
      assert.ok(objects.length > 4);
      assert.deepEqual(
        objects.flatMap((object) =>
          complaintsAbout(object).map((said) => `${object.kind} ${object.metadata.name}: ${said}`),
        ),
        [],
      );
      const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      assert.equal(new Set(names).size, names.length);
      for (const { metadata } of objects) assert.equal(metadata.namespace, namespace);
      for (const { metadata } of objects) assert.match(metadata.name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    });

  it('keeps names short and apart for a release with the longest name', () => {
    const { stdout } = helm([
      'template',
      'a'.repeat(53),
      chart,
      '--set',
      'import.enabled=true,import.source.type=sample',
    ]);
    const names = documentsIn(stdout).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.ok(name.split(' ')[1]!.length <= 63, name);
  });

  it('refuses a value that it does not know, and one that cannot be, and says which', () => {
    const refused = (values: unknown): string => {
      const { status, stderr } = renderText(values);
      assert.notEqual(status, 0, JSON.stringify(values));
      return stderr;
    };
    assert.match(refused({ streamer: { replica: 3 } }), /replica/);
    assert.match(refused({ collector: { lease: 'soon' } }), /collector\/lease/);
    assert.match(refused({ source: { type: 'tape' } }), /source\/type/);
    assert.match(refused({ source: { type: 'configMap' } }), /source\.configMap\.name is needed/);
    assert.match(refused({ source: { type: 'volume' } }), /source\.volume\.claimName/);
    assert.match(refused({ source: { type: 'url' } }), /source\.url\.address is needed/);
    assert.match(refused({ etcd: { enabled: false } }), /externalEtcd\.endpoints is needed/);
    assert.match(refused({ etcd: { tls: { existingSecret: 'etcd' } } }), /etcdAccess\.tls\.existingSecret/);
    const volume = { type: 'volume', volume: { claimName: 'exports' } };
    assert.match(refused({ source: { follow: true } }), /source\.follow is for a ConfigMap or a volume/);
    assert.match(refused({ source: { ...volume, follow: true, loop: true } }), /exclude each other/);
    assert.equal(renderText({ source: { ...volume, follow: true } }).status, 0);
    const external = (...endpoints: readonly string[]) => ({ etcd: { enabled: false }, externalEtcd: { endpoints } });
    const signedOn = { etcdAccess: { tls: { existingSecret: 'client' } } };
    assert.match(refused({ ...external('http://a:2379'), ...signedOn }), /etcdAccess\.tls.* by https/);
    assert.match(refused(signedOn), /etcdAccess\.tls.* by https/);
    assert.equal(renderText({ ...external('https://a:2379'), ...signedOn }).status, 0);
    assert.match(refused(external('http://a:2379', 'https://b:2379')), /all of https, or none/);
    assert.match(refused(external('http://a')), /externalEtcd\/endpoints/);
    const upsideDown = { enabled: true, minReplicas: 5, maxReplicas: 4 };
    assert.match(refused({ collector: { autoscaling: upsideDown } }), /collector\.autoscaling\.minReplicas/);
    assert.match(refused({ gateway: { ingress: { enabled: true } } }), /gateway\.ingress\.hosts is needed/);
    assert.match(
      refused({ streamer: { resources: { limits: { memory: null } } } }),
      /streamer\/resources\/limits.*memory/,
    );
  });

  it('carries its two scripts as they are', () => {
    const carried = podsIn(renderSet('a ConfigMap, and an import from a URL'))
      .flatMap(({ containers }) => containers)
      .filter(({ command }) => command?.includes('--eval'));
    assert.deepEqual(carried.map(({ name, args }) => [name, args!.map((text) => text.trim())]).sort(), [
      ['fetch-source', [read('files/fetch-source.mjs').trim()]],
      ['upgrade-check', [read('files/refuse-lower-versions.mjs').trim()]],
    ]);
  });

  it('runs an import again under another name when anything of it changes, and not when nothing does', () => {
    const jobOf = (parts: object): string => {
      const values = { import: { enabled: true, source: { type: 'configMap', configMap: { name: 'a' }, ...parts } } };
      return ofKind(render(values), 'Job').find(({ metadata }) => metadata.name.includes('-import-'))!.metadata.name;
    };
    assert.equal(jobOf({}), jobOf({}));
    assert.notEqual(jobOf({}), jobOf({ configMap: { name: 'b' } }));
  });

  it('ends in notes that name its own pods and services', async () => {
    // helm shows notes only beside a cluster, so here they are a text of a copy of the chart.
    const copy = join(folder(), 'chart');
    await cp(chart, copy, { recursive: true, dereference: true });
    await rename(join(copy, 'templates/NOTES.txt'), join(copy, 'notes.txt'));
    await writeFile(join(copy, 'templates/notes.yaml'), 'notes: {{ tpl (.Files.Get "notes.txt") . | toJson }}');
    const notesOf = (values: unknown): string => {
      const only = ['--show-only', 'templates/notes.yaml', '--values', '-'];
      const { stdout, stderr } = helm(['template', 'fleet', copy, '--namespace', namespace, ...only], values);
      assert.equal(stderr, '');
      return (parse(stdout) as { notes: string }).notes;
    };
    const usual = notesOf({});
    assert.match(usual, /--namespace gpus service\/fleet-gpu-telemetry-gateway 8080:8080/);
    assert.match(usual, /app\.kubernetes\.io\/component=collector/);
    assert.match(usual, /No admin token is set/);
    const production = notesOf(valueSets.production.values);
    assert.match(production, /https:\/\/gpus\.example\.com\//);
    assert.doesNotMatch(production, /No admin token is set/);
    const [open, writable] = [
      /reached from outside the cluster without TLS/,
      /Every pod of the cluster can write into etcd/,
    ];
    for (const notes of [usual, production, notesOf(valueSets['scaled and watched'].values)])
      for (const warning of [open, writable]) assert.doesNotMatch(notes, warning);
    assert.match(notesOf({ gateway: { service: { type: 'LoadBalancer' } } }), open);
    assert.match(notesOf({ gateway: { ingress: { enabled: true, hosts: ['gpus.example.com'] } } }), open);
    assert.match(notesOf({ networkPolicy: { enabled: false } }), writable);
    assert.doesNotMatch(
      notesOf({
        networkPolicy: { enabled: false },
        etcd: { tls: { existingSecret: 'e' } },
        etcdAccess: { tls: { existingSecret: 'e' } },
      }),
      writable,
    );
  });
});

describe('the papers of the chart', () => {
  it('have the version of the program', () => {
    const { version, appVersion } = parse(read('Chart.yaml')) as { version: string; appVersion: string };
    assert.deepEqual([version, appVersion], [manifest.version, manifest.version]);
  });

  it('explain every value there is, and none that there is not', () => {
    const listed = new Map(rowsOf(read('README.md')));
    const there = leaves(parse(read('values.yaml')));
    assert.deepEqual([...listed.keys()].sort(), there.map(([key]) => key).sort());
    const isListOfSome = (value: unknown): boolean => Array.isArray(value) && value.length > 0;
    for (const [key, value] of there) if (!isListOfSome(value)) assert.equal(listed.get(key), written(value), key);
  });

  it('check every value by the schema, and let through none that it does not name', () => {
    const schema = JSON.parse(read('values.schema.json')) as Schema;
    const free = /\.(affinity|spec)$/;
    const look = (value: unknown, given: Schema | undefined, path: string): void => {
      const reference = given?.$ref?.replace('#/definitions/', '');
      const one = reference ? schema.definitions![reference] : given;
      assert.ok(one, `${path} is not in the schema`);
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return assert.ok(one.type ?? one.enum ?? one.anyOf ?? one.pattern, `${path} may be anything`);
      // What Kubernetes knows better, and labels, may have names of their own.
      assert.ok(
        one.additionalProperties !== undefined || free.test(path),
        `${path} lets through what it does not name`,
      );
      const others = typeof one.additionalProperties === 'object' ? one.additionalProperties : undefined;
      for (const [key, inner] of Object.entries(value)) look(inner, one.properties?.[key] ?? others, `${path}.${key}`);
    };
    look(parse(read('values.yaml')), schema, '');
  });

  it('carry the very dashboards and alerts of this repository', () => {
    for (const path of ['grafana/fleet.json', 'prometheus/alerts.yaml'])
      assert.equal(read(`files/${path}`), readFileSync(new URL(`../../../deploy/${path}`, import.meta.url), 'utf8'));
  });
});
