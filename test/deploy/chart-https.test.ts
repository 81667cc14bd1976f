import assert from 'node:assert/strict';
import { needsHelm } from './support/helm.js';
import { podsIn, type Probe } from './support/pods.js';
import { ofKind, render, theOne } from './support/rendered.js';

const secret = 'gateway-tls';
const values = {
  gateway: { tls: { existingSecret: secret }, readToken: { existingSecret: 'readers', secretKey: 'tokens' } },
  metrics: { serviceMonitor: { enabled: true }, gpus: { enabled: true } },
};

interface Endpoint {
  readonly scheme?: string;
  readonly tlsConfig?: unknown;
}

describe('the chart, with a certificate for the gateways', function () {
  needsHelm();
  const gatewayOf = (given: unknown) => {
    const pod = podsIn(render(given)).find(({ of }) => of === 'Deployment fleet-gpu-telemetry-gateway')!;
    return { pod, container: pod.containers[0]! };
  };
  const monitorOf = (component: string): Endpoint =>
    (theOne(render(values), 'ServiceMonitor', component).spec!['endpoints'] as Endpoint[])[0]!;
  const schemeOf = (one: Probe | undefined): string | undefined => one?.httpGet?.scheme;

  it('mounts it where the program is told to look for it', () => {
    const { pod, container } = gatewayOf(values);
    const told = new Map(container.env!.map(({ name, value }) => [name, value]));
    const mount = container.volumeMounts!.find(({ name }) => name === secret)!;
    assert.equal(told.get('TELEMETRY_TLS_CERT'), `${mount.mountPath}/tls.crt`);
    assert.equal(told.get('TELEMETRY_TLS_KEY'), `${mount.mountPath}/tls.key`);
    const volumes = pod.spec['volumes'] as readonly { name: string; secret: { secretName: string } }[];
    assert.equal(volumes.find(({ name }) => name === secret)!.secret.secretName, secret);
  });

  it('asks them by https, and nobody else', () => {
    const schemes = (given: unknown) => {
      const { startupProbe, livenessProbe, readinessProbe } = gatewayOf(given).container;
      return [startupProbe, livenessProbe, readinessProbe].map(schemeOf);
    };
    assert.deepEqual(schemes(values), ['HTTPS', 'HTTPS', 'HTTPS']);
    assert.deepEqual(schemes({}), ['HTTP', 'HTTP', 'HTTP']);
    const service = theOne(render(values), 'Service', 'gateway');
    assert.equal((service.spec!['ports'] as { appProtocol: string }[])[0]!.appProtocol, 'https');
    const config = {
      serverName: 'fleet-gpu-telemetry-gateway.gpus.svc.cluster.local',
      ca: { secret: { name: secret, key: 'ca.crt' } },
    };
    assert.deepEqual([monitorOf('gateway').scheme, monitorOf('gateway').tlsConfig], ['https', config]);
    assert.deepEqual([monitorOf('collector').scheme, monitorOf('collector').tlsConfig], [undefined, undefined]);
    const [gpus] = ofKind(render(values), 'ScrapeConfig');
    assert.deepEqual([gpus!.spec!['scheme'], gpus!.spec!['tlsConfig']], ['HTTPS', config]);
  });

  it('gives Prometheus the read token that the GPUs are told for, or another that it is to ask with', () => {
    const asksWith = (given: unknown): unknown => ofKind(render(given), 'ScrapeConfig')[0]!.spec!['authorization'];
    assert.deepEqual(asksWith(values), { credentials: { name: 'readers', key: 'tokens' } });
    const own = { gpus: { enabled: true, readToken: { existingSecret: 'prometheus', secretKey: 'token' } } };
    assert.deepEqual(asksWith({ ...values, metrics: own }), { credentials: { name: 'prometheus', key: 'token' } });
    assert.equal(asksWith({ metrics: { gpus: { enabled: true } } }), undefined);
  });
});
