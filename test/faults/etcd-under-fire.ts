import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { createClient } from '../../infra/etcd/client.js';
import { transact } from '../../infra/etcd/transaction.js';
import { type EtcdNode, reserveEtcdNodes } from '../../infra/etcd-server/etcd-nodes.js';
import { type EtcdServer, startEtcd } from '../../infra/etcd-server/start-etcd.js';
import { sendSignal } from '../../infra/processes/stop-process.js';
import { folderPrefix, scratchRoot, testEtcdBinary } from '../support/etcd.js';

/** Long before the quota of etcd's file is reached by what a run writes, and soon filled by a stranger. */
export const quotaBytes = 256 << 20;
const ballastBytes = 96 << 20;
const pieceBytes = 1 << 20;
const smallKeys = 100;
/** What a stranger may take to fill it, and the system to free it, which looks at it again every 30 s. */
const fullWithinMs = 120_000;
const relievedWithinMs = 120_000;
/** For etcd to write to its disk what it has applied: it does so every 100 ms. */
const settleMs = 250;
/** What is in use after space was freed, at most: streamers wait from 80 % on. */
const freedShare = 0.6;

/** One etcd, of one member or three, and what can be done to it; `hit` is told when it really has been. */
export class EtcdUnderFire {
  /** Straight to the members, for whoever looks on. */
  readonly client: Etcd3;
  #written = 0;
  /** Pieces written since the last time that space was freed. */
  #filled = 0;
  #small = smallKeys;

  private constructor(
    private readonly folder: string,
    private readonly nodes: readonly EtcdNode[],
    private readonly members: EtcdServer[],
  ) {
    this.client = createClient({ endpoints: this.endpoints, deadlineMs: 10_000 });
  }

  static async start(count: 1 | 3): Promise<EtcdUnderFire> {
    const folder = await mkdtemp(join(scratchRoot(), `${folderPrefix}${String(process.pid)}-`));
    const reserved = await reserveEtcdNodes(folder, count);
    if (reserved.kind !== 'reserved') throw new Error(reserved.message);
    const { nodes } = reserved;
    const members = await Promise.all(nodes.map((node) => startMember(folder, node, nodes)));
    const etcd = new EtcdUnderFire(folder, nodes, members);
    await etcd.#write('ballast', ballastBytes / pieceBytes);
    for (let key = 0; key < smallKeys; key++) await etcd.client.put(`/stranger/small/${String(key)}`).value('');
    return etcd;
  }

  get endpoints(): readonly string[] {
    return this.members.map(({ endpoint }) => endpoint);
  }

  /** Every member. */
  get all(): readonly number[] {
    return this.members.map((_, member) => member);
  }

  get pids(): readonly number[] {
    return this.members.map(({ pid }) => pid);
  }

  /** SIGKILL to these members, and their start again; resolves when they are healthy. */
  async kill(which: readonly number[], downMs: number, hit: () => void): Promise<void> {
    await Promise.all(which.map((member) => this.members[member]!.kill()));
    hit();
    await pause(downMs);
    await this.#startAgain(which);
  }

  /** An orderly end and start again of one member after the other. */
  async restart(hit: () => void): Promise<void> {
    for (const member of this.all) {
      const stopped = this.members[member]!.stop();
      hit();
      await stopped;
      await this.#startAgain([member]);
    }
  }

  /** SIGSTOP for a while to these members. */
  async stopFor(ms: number, which: readonly number[], hit: () => void): Promise<void> {
    const pids = which.map((member) => this.members[member]!.pid);
    const stopped = pids.filter((pid) => sendSignal(pid, 'SIGSTOP'));
    if (stopped.length === 0) return;
    hit();
    await pause(ms);
    for (const pid of stopped) sendSignal(pid, 'SIGCONT');
  }

  /** Which member leads. */
  async leader(): Promise<number> {
    for (;;) {
      const told = await Promise.all(this.endpoints.map((endpoint) => statusOf(endpoint)));
      const leader = told.find((status) => status !== undefined && status.leader !== '0')?.leader;
      const member = told.findIndex((status) => status !== undefined && status.header.member_id === leader);
      if (member >= 0) return member;
      await pause(50);
    }
  }

  /**
   * All history but the newest revision: an etcd before 3.4.33 that is killed while it compacts a tombstone at its head
   * comes back at an earlier revision (etcd issue 17780). False when etcd did not do it.
   */
  async compact(): Promise<boolean> {
    const { header } = await this.client.kv.range({ key: Buffer.from('/stranger/'), keys_only: true });
    const revision = String(BigInt(header.revision) - 1n);
    const compacted = this.client.kv.compact({ revision, physical: true });
    return compacted.then(
      () => true,
      () => false,
    );
  }

  /** A stranger's keys, until etcd takes no more; only then it has really been hit. */
  async fill(hit: () => void): Promise<void> {
    const late = AbortSignal.timeout(fullWithinMs);
    await this.#write('fill', Infinity, late);
    if (late.aborted) throw new Error(`etcd was not full after ${String(fullWithinMs / 1_000)} s`);
    hit();
  }

  /** Takes the stranger's keys away again. */
  async empty(): Promise<void> {
    await this.client.delete().prefix('/stranger/fill/');
    await this.#lighten();
  }

  /** Resolves when the system has freed etcd by itself. */
  async relieved(): Promise<void> {
    const late = AbortSignal.timeout(relievedWithinMs);
    while ((await this.#alarms()).length > 0) {
      if (late.aborted)
        throw new Error(`etcd is full for ${String(relievedWithinMs / 1_000)} s, with room to be freed`);
      await pause(100);
    }
    await this.#settle();
  }

  /** Does what an operator does with an etcd that was full. */
  async relieve(): Promise<void> {
    await this.compact();
    for (const endpoint of this.endpoints) {
      const one = createClient({ endpoints: [endpoint], deadlineMs: 30_000 });
      await one.maintenance.defragment().finally(() => one.close());
    }
    for (const memberID of await this.#alarms())
      await this.client.maintenance.alarm({ action: 'Deactivate', memberID, alarm: 'Nospace' });
    await this.#settle();
  }

  /** An etcd 3.4 that is killed after an alarm and before a write is on its disk does again what it refused: members differ. */
  async #settle(): Promise<void> {
    await this.client.put('/stranger/over').value('');
    await pause(settleMs);
  }

  async #alarms(): Promise<readonly string[]> {
    const { alarms } = await this.client.maintenance.alarm({ action: 'Get' });
    return alarms.map(({ memberID }) => memberID);
  }

  async stop(): Promise<void> {
    this.client.close();
    await Promise.all(this.members.map((member) => member.kill()));
    await rm(this.folder, { recursive: true, force: true });
  }

  async #startAgain(which: readonly number[]): Promise<void> {
    const started = which.map((member) => startMember(this.folder, this.nodes[member]!, this.nodes));
    for (const [at, server] of (await Promise.all(started)).entries()) this.members[which[at]!] = server;
  }

  /** Gives up ballast as the system's own data grow, and one small key in any case, so that the newest revision is small. */
  async #lighten(): Promise<void> {
    const range = { key: Buffer.from('/stranger/ballast/'), range_end: Buffer.from('/stranger/ballast0') };
    const { kvs } = await this.client.kv.range({ ...range, keys_only: true });
    const { dbSizeInUse } = (await this.client.maintenance.status()) as unknown as { dbSizeInUse: string };
    const filled = this.#filled * pieceBytes;
    this.#filled = 0;
    const surplus = Math.ceil((Number(dbSizeInUse) - filled - freedShare * quotaBytes) / pieceBytes);
    for (const { key } of kvs.slice(0, Math.max(0, surplus))) await this.client.delete().key(key);
    await this.client.delete().key(`/stranger/small/${String(--this.#small)}`);
  }

  async #write(what: 'ballast' | 'fill', most: number, until?: AbortSignal): Promise<void> {
    let [left, refused] = [most, 0];
    const writer = async (): Promise<void> => {
      while (refused === 0 && left-- > 0 && until?.aborted !== true) {
        const key = `/stranger/${what}/${String(++this.#written)}`;
        const put = { kind: 'put', key, value: Buffer.alloc(pieceBytes, this.#written) } as const;
        const answer = await transact(this.client, { compares: [], operations: [put] });
        if (answer.kind === 'done' && what === 'fill') this.#filled += 1;
        if (answer.kind === 'unknown' && answer.failure.kind === 'full') refused++;
        else if (answer.kind !== 'done') await pause(100);
      }
    };
    await Promise.all([writer(), writer(), writer()]);
  }
}

const startMember = async (folder: string, node: EtcdNode, cluster: readonly EtcdNode[]): Promise<EtcdServer> => {
  const binary = await testEtcdBinary();
  const start = await startEtcd({ binary, node, cluster, quotaBytes, readyWithinMs: 60_000, removeAfterUs: folder });
  if (start.kind !== 'started') throw new Error(start.message);
  return start.server;
};

const statusOf = async (endpoint: string) => {
  const one = createClient({ endpoints: [endpoint], deadlineMs: 500 });
  return one.maintenance
    .status()
    .catch(() => undefined)
    .finally(() => one.close());
};
