import assert from 'node:assert/strict';
import { parseAllDocuments } from 'yaml';
import { chart, helm } from './helm.js';
import { valueSets, type ValueSetName } from './value-sets.js';

/** An object of Kubernetes, as far as tests look at every kind alike. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const release = 'fleet';
export const namespace = 'gpus';

/** What YAML holds, its documents in their order, empty ones left out. */
export const documentsIn = (text: string): readonly KubernetesObject[] =>
  parseAllDocuments(text, { uniqueKeys: true })
    .map((document) => {
      assert.deepEqual(document.errors, []);
      return document.toJS() as KubernetesObject | null;
    })
    .filter((object) => object !== null);

const known = new Map<string, readonly KubernetesObject[]>();

/** The objects that the chart comes to with these values over its own and the files'; each rendered once a process. */
export const render = (values: unknown = {}, files: readonly string[] = []): readonly KubernetesObject[] => {
  const key = JSON.stringify([values, files]);
  const before = known.get(key);
  if (before) return before;
  const { status, stdout, stderr } = renderText(values, files);
  assert.equal(status, 0, stderr);
  const objects = documentsIn(stdout);
  known.set(key, objects);
  return objects;
};

/** What helm answers, errors too. */
export const renderText = (values: unknown, files: readonly string[] = []) =>
  helm(
    [
      'template',
      release,
      chart,
      '--namespace',
      namespace,
      ...files.flatMap((file) => ['--values', `${chart}${file}`]),
      '--values',
      '-',
    ],
    values,
  );

export const renderSet = (name: ValueSetName): readonly KubernetesObject[] => {
  const { values, files } = valueSets[name];
  return render(values, files);
};

export const ofKind = (objects: readonly KubernetesObject[], kind: string): readonly KubernetesObject[] =>
  objects.filter((object) => object.kind === kind);

/** The one of a kind that belongs to a component. */
export const theOne = (objects: readonly KubernetesObject[], kind: string, component: string): KubernetesObject => {
  const found = ofKind(objects, kind).filter(({ metadata }) => componentOf(metadata) === component);
  assert.equal(found.length, 1, `${kind} of ${component}`);
  return found[0]!;
};

export const componentOf = ({ labels }: Metadata): string | undefined => labels?.['app.kubernetes.io/component'];
