import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningChild } from '../../../infra/supervisor/child-program.js';
import { planEtcd } from '../../../infra/supervisor/plan-etcd.js';
import { type UpOptions } from '../../../infra/supervisor/up-options.js';
import { testEtcdBinary } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { never } from '../../support/never.js';
import { useTempFolder } from '../../support/temp-folder.js';

describe('the embedded etcd as it is planned', () => {
  const folder = useTempFolder();

  /** An etcd that does nothing until it may go on, as one that reads a large database, and says that it has begun. */
  const slowEtcd = async (): Promise<string> => {
    const path = join(folder(), 'slow-etcd');
    const script = [
      '#!/bin/sh',
      `if [ "$1" != --version ]; then`,
      `  echo begun > ${folder()}/begun`,
      `  while [ ! -e ${folder()}/go ]; do sleep 0.05; done`,
      'fi',
      `exec ${await testEtcdBinary()} "$@"`,
    ];
    await writeFile(path, script.join('\n'), { mode: 0o755 });
    return path;
  };

  it('is given minutes to start, as the whole system is', async () => {
    const etcdBin = await slowEtcd();
    const options = { dataDir: join(folder(), 'data'), etcdBin, etcdNodes: '1' } as UpOptions;
    const plan = await planEtcd(options, process.env, () => undefined, never);
    assert(plan._tag === 'Right');
    const listener = {
      ...{
        onLine: () => undefined,
        onReady: () => undefined,
        onProgress: () => undefined,
        onFinal: () => undefined,
        onHeard: () => undefined,
      },
    };
    // A hundred seconds pass while it starts, by each clock that there is.
    const [date, monotonic] = [Date.now, performance.now.bind(performance)];
    let passed = 0;
    Date.now = () => date() + passed;
    performance.now = () => monotonic() + passed;
    let child: RunningChild | undefined;
    try {
      const started = plan.right.programs[0]!.start(listener, never);
      await Promise.race([
        started,
        eventually('it begins', () =>
          readFile(join(folder(), 'begun')).then(
            () => true,
            () => false,
          ),
        ),
      ]);
      passed = 100_000;
      await writeFile(join(folder(), 'go'), '');
      child = await started;
    } finally {
      Date.now = date;
      performance.now = monotonic;
      await child?.stop(5_000);
    }
  });
});
