import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useTempFolder } from '../support/temp-folder.js';
import { needsHelm } from './support/helm.js';
import { ofKind, render } from './support/rendered.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { scripts, scriptsHelp, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
  scriptsHelp: Readonly<Record<string, string>>;
  version: string;
};

const node = (args: readonly string[], env: NodeJS.ProcessEnv) =>
  spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });

/** The words behind `node` of an npm script. */
const wordsOf = (script: string): readonly string[] => {
  const [tool, ...words] = scripts[script]!.split(' ');
  assert.equal(tool, 'node');
  return words;
};

describe('the npm scripts', () => {
  it('are all listed by `npm run help`, a line each, and nothing else is', () => {
    assert.deepEqual(Object.keys(scriptsHelp), Object.keys(scripts));
    const { status, stdout } = node(wordsOf('help'), {});
    assert.equal(status, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => /^ {2}npm run (\S+) +\S/.exec(line)?.[1]),
      Object.keys(scripts),
    );
  });
});

describe('the npm scripts for images and clusters', () => {
  const folder = useTempFolder();

  /** Tools that note what they are given, a word a line, and do nothing. */
  const withTools = (tools: readonly string[], exit = 0): NodeJS.ProcessEnv => {
    const noted = join(folder(), 'noted');
    for (const tool of tools) {
      const text = `#!/bin/sh\n{ echo "> ${tool}"; for word; do echo "$word"; done; } >> ${noted}\nexit ${String(exit)}\n`;
      writeFileSync(join(folder(), tool), text, { mode: 0o755 });
    }
    return { PATH: folder(), HOME: folder() };
  };
  const noted = (): readonly (readonly string[])[] => {
    const path = join(folder(), 'noted');
    if (!existsSync(path)) return [];
    const commands = readFileSync(path, 'utf8').split('> ').slice(1);
    return commands.map((command) => command.trimEnd().split('\n'));
  };
  const run = (script: string, environment: NodeJS.ProcessEnv, ...args: readonly string[]) =>
    node([...wordsOf(script), ...args], environment);
  const done = (script: string, environment: NodeJS.ProcessEnv, ...args: readonly string[]) => {
    const { status, stderr } = run(script, { ...withTools(['docker', 'helm', 'kubectl']), ...environment }, ...args);
    assert.equal(status, 0, stderr);
    return { commands: noted().map((words) => words.join(' ')), stderr };
  };

  it('image:build tags the version, and the name in the registry if there is one', () => {
    const { commands } = done('image:build', { DOCKER_REGISTRY: 'registry.example.com/fleet/' });
    const tags = `--tag gpu-telemetry:${version} --tag registry.example.com/fleet/gpu-telemetry:${version} .`;
    assert.equal(commands.length, 1);
    assert.match(commands[0]!, /^docker build --file deploy\/docker\/Dockerfile --build-arg VERSION=/);
    assert.ok(commands[0]!.endsWith(tags), commands[0]);
  });

  it('image:push pushes what was built, and wants to know where to', () => {
    const there = `registry.example.com/gpu-telemetry:${version}`;
    const { commands } = done('image:push', { DOCKER_REGISTRY: 'registry.example.com' });
    assert.deepEqual(commands, [`docker tag gpu-telemetry:${version} ${there}`, `docker push ${there}`]);
    const { status, stderr } = run('image:push', withTools(['docker']));
    assert.equal(status, 2);
    assert.match(stderr, /DOCKER_REGISTRY is missing/);
  });

  it('chart:lint lints with both files of values', () => {
    const { commands } = done('chart:lint', {});
    assert.equal(commands.length, 2);
    assert.match(commands[1]!, /values-production\.yaml$/);
  });

  it('k8s:deploy installs or upgrades with as many of each as asked, and passes on what is behind --', () => {
    const asked = { NAMESPACE: 'gpus', STREAMER_INSTANCES: '5', COLLECTOR_INSTANCES: '3', API_GW_INSTANCES: '2' };
    const { commands } = done('k8s:deploy', asked, '--values', 'mine.yaml');
    assert.equal(
      commands.join(),
      'helm upgrade --install gpu-telemetry deploy/helm/gpu-telemetry --namespace gpus --create-namespace --wait ' +
        `--timeout 10m --set image.repository=gpu-telemetry --set image.tag=${version} --set streamer.replicas=5 ` +
        '--set collector.replicas=3 --set gateway.replicas=2 --values mine.yaml',
    );
  });

  it('k8s:deploy says every number that is wrong, and starts nothing', () => {
    const asked = { STREAMER_INSTANCES: '11', COLLECTOR_INSTANCES: 'many', API_GW_INSTANCES: '1' };
    const { status, stderr } = run('k8s:deploy', { ...withTools(['helm']), ...asked });
    assert.equal(status, 2);
    for (const name of Object.keys(asked))
      assert.match(stderr, new RegExp(`${name} was ".*"; accepted: a whole number`));
    assert.deepEqual(noted(), []);
  });

  it('k8s:status, k8s:logs and k8s:port-forward ask for what the chart has made', () => {
    const environment = { NAMESPACE: 'gpus', RELEASE: 'fleet' };
    const instance = '--namespace gpus --selector app.kubernetes.io/instance=fleet';
    done('k8s:status', environment);
    done('k8s:logs', environment, 'collector', '--follow');
    done('k8s:logs', environment);
    const { commands } = done('k8s:port-forward', environment);
    assert.match(commands[0]!, new RegExp(`^kubectl get deployments,.* ${instance}$`));
    const all = '--prefix --tail 100 --max-log-requests 50';
    assert.deepEqual(commands.slice(1), [
      `kubectl logs ${instance},app.kubernetes.io/component=collector ${all} --follow`,
      `kubectl logs ${instance} ${all}`,
      'kubectl port-forward --namespace gpus service/fleet-gpu-telemetry-gateway 8080:8080',
    ]);
  });

  it('k8s:undeploy removes the release, and says what stays and how to remove that', () => {
    const { commands, stderr } = done('k8s:undeploy', { NAMESPACE: 'gpus' });
    assert.deepEqual(commands, ['helm uninstall gpu-telemetry --namespace gpus --wait']);
    assert.match(stderr, /volumes of etcd.*are kept/);
    assert.match(stderr, /kubectl delete pvc --namespace gpus --selector .*component=etcd/);
  });

  it('say what is missing, and how to get it', () => {
    for (const [script, tool] of [
      ['image:build', 'docker'],
      ['chart:lint', 'helm'],
      ['k8s:status', 'kubectl'],
    ] as const) {
      const { status, stderr } = run(script, { PATH: folder(), HOME: folder() });
      assert.equal(status, 1, script);
      assert.match(stderr, new RegExp(`${script} needs ${tool}, and there is none\\. Install`));
    }
  });

  it('end as the tool ends, and start nothing after a failure', () => {
    const failing = { ...withTools(['docker'], 3), DOCKER_REGISTRY: 'registry.example.com' };
    assert.equal(run('image:push', failing).status, 3);
    assert.equal(noted().length, 1);
  });
});

describe('what k8s:deploy sets', function () {
  needsHelm();

  it('are values of the chart, and its services are those that k8s:port-forward asks for', () => {
    const values = { streamer: { replicas: 10 }, collector: { replicas: 10 }, gateway: { replicas: 5 } };
    const deployments = ofKind(render(values), 'Deployment').map(({ spec }) => spec?.['replicas']);
    assert.deepEqual([...deployments].sort(), [10, 10, 5]);
    const services = ofKind(render(), 'Service').map(({ metadata }) => metadata.name);
    assert.ok(services.includes('fleet-gpu-telemetry-gateway'));
  });
});
