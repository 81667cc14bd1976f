import assert from 'node:assert/strict';
import { needsHelm } from './support/helm.js';
import { type Container, type Pod, podsIn } from './support/pods.js';
import { type KubernetesObject, ofKind, release, render, renderSet, renderText, theOne } from './support/rendered.js';
import { valueSetNames } from './support/value-sets.js';

const every = (): readonly (readonly [string, readonly KubernetesObject[]])[] =>
  valueSetNames.map((name) => [name, renderSet(name)]);
const pods = (): readonly (readonly [string, Pod])[] =>
  every().flatMap(([name, objects]) => podsIn(objects).map((pod) => [`${name}: ${pod.of}`, pod] as const));
const containers = (): readonly (readonly [string, Container])[] =>
  pods().flatMap(([where, { containers: all }]) => all.map((one) => [`${where}, ${one.name}`, one] as const));

const roles = ['streamer', 'collector', 'gateway'] as const;
const most = { streamer: 10, collector: 10, gateway: 5 } as const;
const least = { streamer: 1, collector: 1, gateway: 2 } as const;

const refuses = (values: unknown): boolean => renderText(values).status !== 0;

describe('the policies of the chart', function () {
  needsHelm();

  it('nothing runs as root', () => {
    for (const [where, { spec }] of pods()) {
      const { runAsNonRoot, runAsUser } = spec['securityContext'] as { runAsNonRoot: boolean; runAsUser?: number };
      assert.equal(runAsNonRoot, true, where);
      assert.notEqual(runAsUser, 0, where);
    }
    for (const [where, { securityContext }] of containers()) {
      assert.equal(securityContext?.['runAsNonRoot'], true, where);
      assert.equal(securityContext['runAsUser'], undefined, where);
    }
    assert.ok(refuses({ security: { runAsUser: 0 } }));
  });

  it('root file systems are read-only', () => {
    for (const [where, { securityContext }] of containers())
      assert.equal(securityContext?.['readOnlyRootFilesystem'], true, where);
  });

  it('no capability is kept, and no privilege gained', () => {
    for (const [where, { securityContext }] of containers()) {
      assert.deepEqual(securityContext?.['capabilities'], { drop: ['ALL'] }, where);
      assert.equal(securityContext['allowPrivilegeEscalation'], false, where);
      assert.equal(securityContext['privileged'], false, where);
    }
  });

  it('nothing of the node is shared', () => {
    for (const [where, { spec }] of pods()) {
      for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) assert.equal(spec[key], undefined, `${where}: ${key}`);
      for (const volume of (spec['volumes'] ?? []) as readonly object[]) assert.ok(!('hostPath' in volume), where);
    }
  });

  it('system calls are those that the runtime allows by default', () => {
    const usual = { type: 'RuntimeDefault' };
    for (const [where, { spec }] of pods())
      assert.deepEqual((spec['securityContext'] as { seccompProfile: unknown }).seccompProfile, usual, where);
    for (const [where, { securityContext }] of containers())
      assert.deepEqual(securityContext?.['seccompProfile'], usual, where);
  });

  it('processor and memory are asked for and limited', () => {
    for (const [where, { resources }] of containers())
      for (const name of ['cpu', 'memory']) {
        assert.ok(resources?.requests?.[name], `${where}: requests ${name}`);
        assert.ok(resources.limits?.[name], `${where}: limits ${name}`);
      }
    const asked = (component: string) =>
      podsIn([theOne(render(), 'Deployment', component)])[0]!.containers.map(({ resources }) => resources)[0];
    const large = { requests: { cpu: '200m', memory: '256Mi' }, limits: { cpu: '1000m', memory: '1Gi' } };
    assert.deepEqual(asked('streamer'), {
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { cpu: '500m', memory: '512Mi' },
    });
    assert.deepEqual([asked('collector'), asked('gateway')], [large, large]);
  });

  it('no pod has a token of a service account, or the default account', () => {
    for (const [where, { spec }] of pods()) {
      assert.equal(spec['automountServiceAccountToken'], false, where);
      assert.ok(spec['serviceAccountName'] && spec['serviceAccountName'] !== 'default', where);
    }
    for (const [name, objects] of every())
      for (const account of ofKind(objects, 'ServiceAccount'))
        assert.equal(account['automountServiceAccountToken'], false, name);
  });

  it('an account that a pod names is one that the chart makes, or was told of', () => {
    for (const [name, objects] of every()) {
      const made = new Set(ofKind(objects, 'ServiceAccount').map(({ metadata }) => metadata.name));
      for (const { of, spec } of podsIn(objects)) {
        const account = spec['serviceAccountName'] as string;
        assert.ok(made.has(account) || account === 'made-elsewhere', `${name}: ${of}: ${account}`);
      }
    }
  });

  it('no role of Kubernetes is there, nor anything that would bind one', () => {
    for (const [name, objects] of every())
      assert.deepEqual(
        objects.filter(({ kind, apiVersion }) => /Role/.test(kind) || /rbac/.test(apiVersion)),
        [],
        name,
      );
  });

  it('the environment of a pod is its own: services do not write into it', () => {
    for (const [where, { spec }] of pods()) assert.equal(spec['enableServiceLinks'], false, where);
  });

  it('images have a tag or a digest, and never latest', () => {
    for (const [where, { image }] of containers()) {
      assert.match(image, /(:[\w.-]+|@sha256:[0-9a-f]{64})$/, where);
      assert.doesNotMatch(image, /:latest$/, where);
    }
  });

  it('every object and pod has the recommended labels, and pods are selected by those that never change', () => {
    for (const [name, objects] of every()) {
      const labelled = [...objects.map(({ metadata }) => metadata), ...podsIn(objects).map(({ metadata }) => metadata)];
      for (const { labels } of labelled) {
        for (const key of ['name', 'instance', 'version', 'component', 'part-of', 'managed-by'])
          assert.ok(labels?.[`app.kubernetes.io/${key}`], `${name}: ${key}`);
        assert.equal(labels?.['app.kubernetes.io/instance'], release);
        assert.equal(labels['helm.sh/chart'], 'gpu-telemetry-0.1.0');
      }
      for (const { spec, kind } of objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')) {
        const { matchLabels } = spec!['selector'] as { matchLabels: object };
        const chosen = ['component', 'instance', 'name'].map((key) => `app.kubernetes.io/${key}`);
        assert.deepEqual(Object.keys(matchLabels).sort(), chosen, `${name}: ${kind}`);
      }
    }
  });

  it('secrets stand in files or references, never in a variable, an argument or a ConfigMap', () => {
    const objects = renderSet('secrets given as values');
    const others = JSON.stringify(objects.filter(({ kind }) => kind !== 'Secret'));
    const held = ofKind(objects, 'Secret')
      .flatMap(({ data }) => Object.values(data as Record<string, string>))
      .map((value) => Buffer.from(value, 'base64').toString());
    for (const secret of ['not a real token', 'not a real password', 'BEGIN PRIVATE KEY']) {
      assert.ok(!others.includes(secret), secret);
      assert.equal(held.filter((text) => text.includes(secret)).length, 1, secret);
    }
  });

  it('secrets that exist already are used, and none is made beside them', () => {
    const objects = renderSet('an external etcd with certificates and users');
    assert.deepEqual(ofKind(objects, 'Secret'), []);
    const secretsOf = (component: string) =>
      (podsIn([theOne(objects, 'Deployment', component)])[0]!.spec['volumes'] as { secret: { secretName: string } }[])
        .map(({ secret }) => secret.secretName)
        .sort();
    assert.deepEqual(secretsOf('collector'), ['etcd-client', 'etcd-root', 'etcd-user']);
    assert.deepEqual(secretsOf('streamer'), ['etcd-streamer', 'etcd-streamer-tls']);
  });

  it('who may defragment etcd is known to collectors alone, and never without a password', () => {
    const objects = renderSet('an external etcd with certificates and users');
    const knowing = podsIn(objects).filter((pod) => JSON.stringify(pod.spec).includes('etcd-root'));
    assert.deepEqual(
      knowing.map(({ of }) => of),
      ['Deployment fleet-gpu-telemetry-collector'],
    );
    const [container] = knowing[0]!.containers;
    const told = container!.env!.filter(({ name }) => name.includes('MAINTENANCE_'));
    assert.deepEqual(told, [
      { name: 'TELEMETRY_ETCD_MAINTENANCE_USERNAME', value: 'root' },
      { name: 'TELEMETRY_ETCD_MAINTENANCE_PASSWORD_FILE', value: '/run/secrets/etcd-maintenance/password' },
    ]);
    const volumes = knowing[0]!.spec['volumes'] as { name: string; secret: { secretName: string; items: unknown } }[];
    const { secretName, items } = volumes.find(({ name }) => name === 'etcd-maintenance')!.secret;
    assert.deepEqual([secretName, items], ['etcd-root', [{ key: 'root-password', path: 'password' }]]);
    assert.ok(refuses({ collector: { etcdMaintenance: { username: 'root' } } }));
  });

  it('the tokens for reading and for changes are never one', () => {
    const one = { secretKey: 'token' };
    const both = (admin: object, read: object) => ({ gateway: { adminToken: admin, readToken: read } });
    assert.ok(refuses(both({ ...one, value: 'a' }, { ...one, value: 'r' })));
    assert.ok(refuses(both({ ...one, existingSecret: 'tokens' }, { ...one, existingSecret: 'tokens' })));
    assert.ok(!refuses(both({ ...one, existingSecret: 'admin' }, { ...one, existingSecret: 'read' })));
    assert.ok(!refuses(both({ existingSecret: 'tokens' }, { existingSecret: 'tokens' })));
    assert.ok(!refuses(both({ ...one, value: 'a' }, { secretKey: 'token' })));
  });

  it('there are two of each role, and replicas stay within what the program is made for', () => {
    for (const role of roles) {
      assert.equal(theOne(render(), 'Deployment', role).spec?.['replicas'], 2, role);
      for (const replicas of [least[role], most[role]]) assert.ok(!refuses({ [role]: { replicas } }), role);
      for (const replicas of [least[role] - 1, most[role] + 1]) assert.ok(refuses({ [role]: { replicas } }), role);
      const autoscaling = { enabled: true, maxReplicas: most[role] + 1 };
      assert.ok(refuses({ [role]: { autoscaling } }), role);
    }
  });

  it('production has five streamers, three collectors, two gateways, and three etcd of 20 Gi', () => {
    const objects = renderSet('production');
    const replicas = (role: string): unknown => theOne(objects, 'Deployment', role).spec?.['replicas'];
    assert.deepEqual(roles.map(replicas), [5, 3, 2]);
    const { replicas: members, volumeClaimTemplates } = theOne(objects, 'StatefulSet', 'etcd').spec as {
      replicas: number;
      volumeClaimTemplates: { spec: { resources: { requests: { storage: string } } } }[];
    };
    assert.equal(members, 3);
    assert.deepEqual(
      volumeClaimTemplates.map(({ spec }) => spec.resources.requests.storage),
      ['20Gi'],
    );
  });

  it('what is scaled by itself has no count of its own; collectors also go by how far behind they are', () => {
    const objects = renderSet('scaled and watched');
    for (const role of roles) {
      const deployment = theOne(objects, 'Deployment', role);
      const { scaleTargetRef, maxReplicas } = theOne(objects, 'HorizontalPodAutoscaler', role).spec as {
        scaleTargetRef: object;
        maxReplicas: number;
      };
      assert.equal(deployment.spec?.['replicas'], undefined);
      assert.deepEqual(scaleTargetRef, { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment.metadata.name });
      assert.equal(maxReplicas, most[role]);
    }
    const { metrics } = theOne(objects, 'HorizontalPodAutoscaler', 'collector').spec as {
      metrics: { type: string; external?: { metric: { name: string } } }[];
    };
    assert.deepEqual(
      metrics.map(({ type, external }) => external?.metric.name ?? type),
      ['Resource', 'telemetry_projection_lag_segments'],
    );
    assert.deepEqual(ofKind(render(), 'HorizontalPodAutoscaler'), []);
  });

  it('a drained node takes one of a kind at a time, and copies are spread', () => {
    const objects = render();
    for (const component of [...roles, 'etcd']) {
      const owner = theOne(objects, component === 'etcd' ? 'StatefulSet' : 'Deployment', component);
      const budget = theOne(objects, 'PodDisruptionBudget', component).spec as {
        maxUnavailable: number;
        selector: object;
      };
      assert.equal(budget.maxUnavailable, 1, component);
      assert.deepEqual(budget.selector, owner.spec?.['selector'], component);
      const { topologySpreadConstraints: spread } = podsIn([owner])[0]!.spec as {
        topologySpreadConstraints: { topologyKey: string; labelSelector: object }[];
      };
      assert.deepEqual(
        spread.map(({ topologyKey }) => topologyKey),
        ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'],
      );
      for (const { labelSelector } of spread) assert.deepEqual(labelSelector, owner.spec?.['selector']);
    }
  });

  it('whatever stays is probed, at ports that it has; what ends is not asked whether it is ready', () => {
    for (const [where, { kind, containers: all }] of pods()) {
      if (kind === 'Job') continue;
      const container = all.at(-1)!;
      for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe])
        assert.ok(
          container.ports?.some(({ name }) => name === probe?.httpGet?.port),
          where,
        );
    }
  });

  it('the upgrade check runs before an upgrade and a rollback, and hooks nothing else', () => {
    const hooked = render().filter(({ metadata }) => metadata.annotations?.['helm.sh/hook']);
    assert.deepEqual(
      hooked.map(({ kind, metadata }) => [kind, metadata.annotations?.['helm.sh/hook']]),
      [['Job', 'pre-upgrade,pre-rollback']],
    );
  });

  it('the upgrade check signs on to etcd as a gateway, who may read everything, and with nothing else', () => {
    const access = (role: string) => ({ username: role, existingSecret: `${role}-password`, tlsSecret: `${role}-tls` });
    const objects = render({
      ...Object.fromEntries(roles.map((role) => [role, { etcdAccess: access(role) }])),
      ...{ etcd: { tls: { existingSecret: 'etcd' } } },
    });
    const pod = podsIn([theOne(objects, 'Job', 'upgrade-check')])[0]!;
    const told = pod.containers[0]!.env!.find(({ name }) => name === 'TELEMETRY_ETCD_USERNAME');
    assert.equal(told?.value, 'gateway');
    const secrets = (pod.spec['volumes'] as { secret: { secretName: string } }[]).map(
      ({ secret }) => secret.secretName,
    );
    assert.deepEqual(secrets.sort(), ['gateway-password', 'gateway-tls']);
  });

  it('streamers stand, ready, when their sources have ended; an import ends', () => {
    const argsOf = (objects: readonly KubernetesObject[], kind: string, component: string) =>
      podsIn([theOne(objects, kind, component)])[0]!.containers.at(-1)!.args;
    const objects = renderSet('a ConfigMap, and an import from a URL');
    assert.deepEqual(argsOf(objects, 'Deployment', 'streamer'), ['stream', '--idle', '/sources']);
    assert.deepEqual(argsOf(objects, 'Job', 'import'), ['stream', '/sources']);
  });

  it('services are of the type that was asked for, with the port of the node that was', () => {
    const serviceOf = (name: Parameters<typeof renderSet>[0]) => theOne(renderSet(name), 'Service', 'gateway').spec;
    assert.equal(serviceOf('defaults')?.['type'], 'ClusterIP');
    const { type, ports } = serviceOf('a ConfigMap, and an import from a URL') as { type: string; ports: unknown };
    assert.equal(type, 'NodePort');
    const port = { name: 'http', port: 8080, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' };
    assert.deepEqual(ports, [{ ...port, nodePort: 30080 }]);
    assert.deepEqual(serviceOf('scaled and watched')?.['loadBalancerSourceRanges'], ['198.51.100.0/24']);
    const ingress = theOne(renderSet('production'), 'Ingress', 'gateway').spec;
    assert.deepEqual(ingress?.['tls'], [{ hosts: ['gpus.example.com'], secretName: 'gpus-tls' }]);
  });
});
