// What each npm script for images and clusters comes to: the commands of docker, helm and kubectl, one after the other.
// A task takes the environment, the arguments behind `--` and the version of the program. It answers commands, each with
// its arguments, or what is wrong with what it was given; `after` is said when all is done.

const chart = 'deploy/helm/gpu-telemetry';

const imageOf = ({ DOCKER_REGISTRY: registry }, version) => ({
  repository: registry ? `${registry.replace(/\/$/, '')}/gpu-telemetry` : 'gpu-telemetry',
  tag: version,
});

const nameOf = ({ repository, tag }) => `${repository}:${tag}`;

const namespaceOf = ({ NAMESPACE: namespace }) => namespace || 'gpu-telemetry';
const releaseOf = ({ RELEASE: release }) => release || 'gpu-telemetry';
/** As the chart names what it makes. */
const fullNameOf = (release) => (release.includes('gpu-telemetry') ? release : `${release}-gpu-telemetry`);

const instances = {
  STREAMER_INSTANCES: { value: 'streamer.replicas', least: 1, most: 10 },
  COLLECTOR_INSTANCES: { value: 'collector.replicas', least: 1, most: 10 },
  API_GW_INSTANCES: { value: 'gateway.replicas', least: 2, most: 5 },
};

const wrongInstances = (environment) =>
  Object.entries(instances).flatMap(([name, { least, most }]) => {
    const given = environment[name];
    const isFine = !given || (/^\d+$/.test(given) && Number(given) >= least && Number(given) <= most);
    return isFine ? [] : [`${name} was ${JSON.stringify(given)}; accepted: a whole number from ${least} to ${most}`];
  });

const settings = (values) => Object.entries(values).flatMap(([key, value]) => ['--set', `${key}=${value}`]);

const given = (environment) =>
  Object.fromEntries(
    Object.entries(instances).flatMap(([name, { value }]) => (environment[name] ? [[value, environment[name]]] : [])),
  );

const selected = (environment, component) =>
  [`app.kubernetes.io/instance=${releaseOf(environment)}`]
    .concat(component ? [`app.kubernetes.io/component=${component}`] : [])
    .join(',');

export const tasks = {
  'image:build': (environment, args, { version, revision }) => {
    const labels = ['--build-arg', `VERSION=${version}`, '--build-arg', `REVISION=${revision}`];
    const names = new Set([imageOf({}, version), imageOf(environment, version)].map(nameOf));
    const tags = [...names].flatMap((name) => ['--tag', name]);
    return { commands: [['docker', 'build', '--file', 'deploy/docker/Dockerfile', ...labels, ...tags, ...args, '.']] };
  },

  'image:push': (environment, args, { version }) => {
    if (!environment.DOCKER_REGISTRY)
      return { problems: ['DOCKER_REGISTRY is missing; accepted: registry.example.com'] };
    const [here, there] = [nameOf(imageOf({}, version)), nameOf(imageOf(environment, version))];
    return {
      commands: [
        ['docker', 'tag', here, there],
        ['docker', 'push', ...args, there],
      ],
    };
  },

  'chart:lint': (_, args) => ({
    commands: [
      ['helm', 'lint', '--strict', chart, ...args],
      ['helm', 'lint', '--strict', chart, '--values', `${chart}/values-production.yaml`, ...args],
    ],
  }),

  'k8s:deploy': (environment, args, { version }) => {
    const problems = wrongInstances(environment);
    if (problems.length > 0) return { problems };
    const { repository } = imageOf(environment, version);
    const into = ['--namespace', namespaceOf(environment), '--create-namespace', '--wait', '--timeout', '10m'];
    const values = settings({ 'image.repository': repository, 'image.tag': version, ...given(environment) });
    return { commands: [['helm', 'upgrade', '--install', releaseOf(environment), chart, ...into, ...values, ...args]] };
  },

  'k8s:status': (environment, args) => {
    const kinds = 'deployments,statefulsets,jobs,horizontalpodautoscalers,pods,services';
    const where = ['--namespace', namespaceOf(environment), '--selector', selected(environment)];
    return { commands: [['kubectl', 'get', kinds, ...where, ...args]] };
  },

  'k8s:logs': (environment, [component, ...args]) => {
    const isComponent = component !== undefined && !component.startsWith('-');
    const where = ['--namespace', namespaceOf(environment)];
    const whose = ['--selector', selected(environment, isComponent ? component : undefined)];
    const rest = isComponent || component === undefined ? args : [component, ...args];
    return {
      commands: [
        ['kubectl', 'logs', ...where, ...whose, '--prefix', '--tail', '100', '--max-log-requests', '50', ...rest],
      ],
    };
  },

  'k8s:port-forward': (environment, args) => {
    const service = `service/${fullNameOf(releaseOf(environment))}-gateway`;
    const where = ['--namespace', namespaceOf(environment)];
    return {
      commands: [['kubectl', 'port-forward', ...where, service, `${environment.PORT || '8080'}:8080`, ...args]],
    };
  },

  'k8s:undeploy': (environment, args) => {
    const [namespace, release] = [namespaceOf(environment), releaseOf(environment)];
    const volumes = `kubectl delete pvc --namespace ${namespace} --selector ${selected(environment, 'etcd')}`;
    return {
      commands: [['helm', 'uninstall', release, '--namespace', namespace, '--wait', ...args]],
      after: `The volumes of etcd, and so the log, are kept. To delete them for good:\n  ${volumes}`,
    };
  },
};
