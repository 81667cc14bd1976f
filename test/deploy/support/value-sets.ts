/** Values over the chart's own, and files of the chart before them. */
export interface ValueSet {
  readonly values: unknown;
  readonly files: readonly string[];
}

const pem = (what: string): string => `-----BEGIN ${what}-----\nMIIB\n-----END ${what}-----\n`;
const scaled = (more: object = {}) => ({ autoscaling: { enabled: true, ...more } });
const placed = {
  nodeSelector: { pool: 'telemetry' },
  tolerations: [{ key: 'telemetry', operator: 'Exists', effect: 'NoSchedule' }],
  affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
  priorityClassName: 'system-cluster-critical',
  podLabels: { team: 'fleet' },
  podAnnotations: { 'example.com/reviewed': 'true' },
};
const bare = {
  podDisruptionBudget: { enabled: false },
  topologySpread: { enabled: false },
  serviceAccount: { create: false, name: 'made-elsewhere' },
};

/** Ways to install the chart that differ as much as they can: every branch of its templates is in one of them. */
export const valueSets = {
  defaults: { values: {}, files: [] },
  production: {
    files: ['values-production.yaml'],
    values: {
      gateway: {
        adminToken: { existingSecret: 'admin' },
        readToken: { existingSecret: 'readers', secretKey: 'tokens' },
        ...{ corsOrigins: ['https://a.example.com', 'https://b.example.com'], trustedProxies: 1 },
        allowedHosts: ['gpus.example.com', 'fleet-gpu-telemetry-gateway.fleet.svc'],
        ingress: {
          enabled: true,
          className: 'nginx',
          hosts: ['gpus.example.com'],
          tls: [{ hosts: ['gpus.example.com'], secretName: 'gpus-tls' }],
        },
      },
    },
  },
  'an external etcd with certificates and users': {
    files: [],
    values: {
      etcd: { enabled: false },
      externalEtcd: {
        endpoints: ['https://etcd-0.example.com:2379', 'https://etcd-1.example.com:12379'],
        quota: '8GiB',
        maintenance: true,
      },
      etcdAccess: {
        username: 'telemetry',
        existingSecret: 'etcd-user',
        passwordKey: 'pass',
        tls: { existingSecret: 'etcd-client' },
      },
      streamer: {
        etcdAccess: { username: 'streamer', existingSecret: 'etcd-streamer', tlsSecret: 'etcd-streamer-tls' },
      },
      collector: { etcdMaintenance: { username: 'root', existingSecret: 'etcd-root', passwordKey: 'root-password' } },
      networkPolicy: { etcdTo: [{ ipBlock: { cidr: '203.0.113.0/24' } }] },
    },
  },
  'secrets given as values': {
    files: [],
    values: {
      gateway: { adminToken: { value: 'not a real token' }, readToken: { value: 'neither.real,nor-this' } },
      etcd: { tls: { existingSecret: 'etcd-server' } },
      etcdAccess: {
        ...{ username: 'telemetry', password: 'not a real password' },
        tls: { ca: pem('CERTIFICATE'), cert: pem('CERTIFICATE'), key: pem('PRIVATE KEY') },
      },
    },
  },
  'a ConfigMap, and an import from a URL': {
    files: [],
    values: {
      source: { type: 'configMap', configMap: { name: 'exports' } },
      import: {
        ...{ enabled: true, parallelism: 3 },
        source: {
          type: 'url',
          url: {
            address: 'https://exports.example.com:8443/old.csv.gz',
            sha256: 'a'.repeat(64),
            existingSecret: 'exports',
          },
        },
      },
      gateway: { service: { type: 'NodePort', nodePort: 30080 } },
    },
  },
  'scaled and watched': {
    files: [],
    values: {
      source: { type: 'url', url: { address: 'http://exports.example.com/all.csv' }, follow: false },
      streamer: scaled(),
      collector: { ...scaled({ lag: { enabled: true } }), logMaxAge: '24h', historyMaxAge: '7d' },
      gateway: {
        ...scaled(),
        ...{ tls: { existingSecret: 'gateway-tls' }, rateLimit: 200, connectionLimit: 0, maxHistorySpan: '31d' },
        ...{ introspection: false, graphiql: false, readToken: { existingSecret: 'readers', secretKey: 'tokens' } },
        service: { type: 'LoadBalancer', port: 80, loadBalancerSourceRanges: ['198.51.100.0/24'] },
      },
      networkPolicy: {
        gatewayFrom: [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }],
        metricsFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }],
      },
      metrics: {
        serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
        gpus: { enabled: true, readToken: { existingSecret: 'prometheus', secretKey: 'token' } },
        prometheusRule: { enabled: true },
        dashboards: { enabled: true },
      },
    },
  },
  'placed, on volumes, with ids of the cluster': {
    files: [],
    values: {
      ...{ fullnameOverride: 'telemetry', commonLabels: { 'example.com/owner': 'fleet' } },
      image: {
        repository: 'registry.example.com/gpu-telemetry',
        digest: `sha256:${'b'.repeat(64)}`,
        pullSecrets: ['pull'],
      },
      security: { runAsUser: null, runAsGroup: null, fsGroup: null },
      source: {
        type: 'volume',
        volume: { spec: { nfs: { server: '192.0.2.1', path: '/exports', readOnly: true } }, path: 'h100/*.csv' },
        follow: true,
      },
      streamer: placed,
      collector: {
        ...placed,
        archive: { claimName: 'archive' },
        extraEnv: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=700' }],
      },
      gateway: placed,
      etcd: { ...placed, persistence: { storageClass: 'fast' } },
    },
  },
  'as little as there can be': {
    files: [],
    values: {
      streamer: { enabled: false, ...bare },
      collector: bare,
      gateway: bare,
      etcd: { replicas: 1, maintenance: false, ...bare },
      import: { enabled: true, source: { type: 'volume', volume: { claimName: 'exports' } } },
      networkPolicy: { enabled: false },
      upgradeCheck: { enabled: false },
    },
  },
} as const satisfies Readonly<Record<string, ValueSet>>;

export type ValueSetName = keyof typeof valueSets;

export const valueSetNames = Object.keys(valueSets) as readonly ValueSetName[];
