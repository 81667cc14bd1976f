import { type Etcd3 } from 'etcd3';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import {
  type CollectorSetup,
  type CollectorWorld,
  Operator,
  startCollector,
  type TestCollector,
} from './collectors.js';
import { freshPrefix } from './etcd.js';
import { type Fleet, FleetLog } from './fleet-log.js';
import { Rebuilds } from './rebuilds.js';

/** A log below a prefix of its own, collectors that fold it, and who looks at what becomes of it. */
export class FoldedLog {
  readonly world: CollectorWorld;
  readonly client: Etcd3;
  readonly log: FleetLog;
  readonly operator: Operator;
  readonly rebuilds: Rebuilds;
  /** The collectors that are ended in the end, the last one last. */
  readonly running: TestCollector[] = [];

  constructor(endpoints: readonly string[], partitions: number, fleet: Fleet) {
    const keys = new Keys(freshPrefix());
    this.world = { endpoints, keys, partitions };
    this.client = createClient({ endpoints });
    this.log = new FleetLog(this.client, keys, partitions, fleet);
    this.operator = new Operator(this.world);
    this.rebuilds = new Rebuilds({ client: this.client, keys });
  }

  async collector(setup?: CollectorSetup, where = this.world): Promise<TestCollector> {
    const started = await startCollector(where, setup);
    this.running.push(started);
    return started;
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((one) => one.stop()));
    this.operator.close();
    this.client.close();
  }
}
