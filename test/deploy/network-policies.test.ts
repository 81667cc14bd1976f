import assert from 'node:assert/strict';
import { needsHelm } from './support/helm.js';
import { podsIn } from './support/pods.js';
import { componentOf, type KubernetesObject, ofKind, renderSet } from './support/rendered.js';
import { type ValueSetName } from './support/value-sets.js';

type Peer = { readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> } } & object;

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number; readonly protocol: string }[];
}

interface Policy {
  readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** A component of the release, or the peer as it is written; `anyone` where a rule names nobody. */
const nameOf = (peer: Peer): string =>
  peer.podSelector ? componentOf({ name: '', labels: peer.podSelector.matchLabels })! : JSON.stringify(peer);

const paths = (rules: readonly Rule[] = [], side: 'from' | 'to'): readonly string[] =>
  rules
    .flatMap((rule) => {
      const peers = rule[side]?.map(nameOf) ?? ['anyone'];
      return peers.flatMap((peer) => rule.ports!.map(({ port, protocol }) => `${peer} ${protocol} ${String(port)}`));
    })
    .sort();

const policies = (name: ValueSetName): ReadonlyMap<string, Policy> =>
  new Map(
    ofKind(renderSet(name), 'NetworkPolicy').map((policy: KubernetesObject) => {
      const spec = policy.spec as unknown as Policy;
      assert.equal(componentOf({ name: '', labels: spec.podSelector.matchLabels }), componentOf(policy.metadata));
      return [componentOf(policy.metadata)!, spec];
    }),
  );

const names = JSON.stringify({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } });
const asksNames = [`${names} TCP 53`, `${names} UDP 53`];
const monitoring = JSON.stringify({ namespaceSelector: { matchLabels: { name: 'monitoring' } } });
const edge = JSON.stringify({ namespaceSelector: { matchLabels: { name: 'ingress' } } });

const incoming = (name: ValueSetName, component: string) => paths(policies(name).get(component)!.ingress, 'from');
const outgoing = (name: ValueSetName, component: string) => paths(policies(name).get(component)!.egress, 'to');

describe('the network policies of the chart', function () {
  needsHelm();

  it('there is one for every pod, and what it does not allow it forbids, both ways', () => {
    for (const name of [
      'defaults',
      'production',
      'a ConfigMap, and an import from a URL',
      'scaled and watched',
    ] as const) {
      const components = podsIn(renderSet(name)).map(({ metadata }) => componentOf(metadata)!);
      assert.deepEqual([...policies(name).keys()].sort(), [...new Set(components)].sort());
      for (const { policyTypes } of policies(name).values()) assert.deepEqual(policyTypes, ['Ingress', 'Egress']);
    }
  });

  it('only what asks etcd reaches it, only its members each other, and it nothing else', () => {
    const asking = ['collector', 'gateway', 'import', 'streamer', 'upgrade-check'];
    assert.deepEqual(incoming('a ConfigMap, and an import from a URL', 'etcd'), [
      'collector TCP 2379',
      'etcd TCP 2380',
      ...asking.slice(1).map((one) => `${one} TCP 2379`),
    ]);
    assert.deepEqual(outgoing('defaults', 'etcd'), ['etcd TCP 2380', ...asksNames]);
  });

  it('the roles reach etcd and ask for names, and nothing else', () => {
    for (const component of ['streamer', 'collector', 'gateway', 'upgrade-check'])
      assert.deepEqual(outgoing('defaults', component), ['etcd TCP 2379', ...asksNames], component);
  });

  it('nobody reaches a streamer or a collector, and who asks for metrics only there', () => {
    for (const component of ['streamer', 'collector']) {
      assert.deepEqual(incoming('defaults', component), []);
      assert.deepEqual(incoming('scaled and watched', component), [`${monitoring} TCP 9400`]);
    }
    assert.ok(incoming('scaled and watched', 'etcd').includes(`${monitoring} TCP 2381`));
    assert.deepEqual(incoming('scaled and watched', 'upgrade-check'), []);
  });

  it('a gateway is reached at its port, by whom it was told if it was', () => {
    assert.deepEqual(incoming('defaults', 'gateway'), ['anyone TCP 8080']);
    assert.deepEqual(incoming('scaled and watched', 'gateway'), [`${edge} TCP 8080`, `${monitoring} TCP 8080`].sort());
  });

  it('what fetches a source may, at the port of its address', () => {
    assert.ok(outgoing('a ConfigMap, and an import from a URL', 'import').includes('anyone TCP 8443'));
    assert.ok(!outgoing('a ConfigMap, and an import from a URL', 'streamer').some((path) => path.startsWith('anyone')));
    assert.ok(outgoing('scaled and watched', 'streamer').includes('anyone TCP 80'));
  });

  it('an external etcd is reached where it is', () => {
    const block = JSON.stringify({ ipBlock: { cidr: '203.0.113.0/24' } });
    assert.deepEqual(
      outgoing('an external etcd with certificates and users', 'collector').filter((path) => !asksNames.includes(path)),
      [`${block} TCP 12379`, `${block} TCP 2379`],
    );
  });
});
