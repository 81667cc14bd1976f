import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

interface Model {
  readonly prototype: { validate(): void };
}

/** Where the schema of a kind stands; those of Prometheus' operator are a package of their own. */
const modelOf = (apiVersion: string, kind: string): Model => {
  const group = apiVersion.startsWith('monitoring.coreos.com/')
    ? '@kubernetes-models/prometheus-operator'
    : 'kubernetes-models';
  const module = require(`${group}/${apiVersion}/${kind}`) as Readonly<Record<string, Model>>;
  return module[kind]!;
};

/** The object, and the paths of everything in it that is ever looked at. */
const noting = <T>(value: T, path: string, seen: Set<string>): T => {
  if (value === null || typeof value !== 'object') return value;
  return new Proxy(value, {
    get: (target, key) => {
      const inner: unknown = Reflect.get(target, key);
      if (typeof key !== 'string' || typeof inner === 'function') return inner;
      seen.add(`${path}/${key}`);
      return noting(inner, `${path}/${key}`, seen);
    },
  });
};

const unseen = (value: unknown, path: string, seen: ReadonlySet<string>): readonly string[] => {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = `${path}/${key}`;
    return seen.has(here) ? unseen(inner, here, seen) : [`${here} is not a field of the schema`];
  });
};

interface KindedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: unknown;
}

/**
 * The operator's schema of a ScrapeConfig is older than how it reaches what it asks, which is as an endpoint of a
 * ServiceMonitor is reached but for the letters of the scheme (`scrapeconfig_types.go` of prometheus-operator 0.67).
 */
const asKnown = (object: KindedObject): readonly KindedObject[] => {
  if (object.kind !== 'ScrapeConfig') return [object];
  const { authorization, tlsConfig, scheme, ...spec } = object.spec as Readonly<Record<string, unknown>>;
  const reached = Object.entries({ authorization, tlsConfig, scheme: lowered(scheme) });
  const endpoint = Object.fromEntries(reached.filter(([, value]) => value !== undefined));
  const monitor = { apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor' };
  return [
    { ...object, spec },
    { ...monitor, spec: { selector: {}, endpoints: [endpoint] } },
  ];
};

const lowered = (scheme: unknown): unknown =>
  scheme === 'HTTP' || scheme === 'HTTPS' ? scheme.toLowerCase() : scheme && { notAScheme: scheme };

/**
 * What the API of Kubernetes has against an object: fields that are missing, of the wrong type, or not known. The schemas
 * come compiled, and look at every field that they know and at no other: what they never look at does not exist.
 */
export const complaintsAbout = (object: KindedObject): readonly string[] => asKnown(object).flatMap(complaintsOfModel);

const complaintsOfModel = (object: KindedObject): readonly string[] => {
  const { prototype } = modelOf(object.apiVersion, object.kind);
  const seen = new Set<string>();
  try {
    prototype.validate.call(noting(object, '', seen));
  } catch (error) {
    return [(error as Error).message];
  }
  return unseen(object, '', seen);
};
