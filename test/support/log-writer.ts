import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { type Lane, type Partition, type Sequence } from '../../domain/ids.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type Revision } from '../../domain/revision.js';
import { type Keys } from '../../infra/etcd/keys.js';
import { transact } from '../../infra/etcd/transaction.js';

/** A segment that stands in the log, by what a test compares: `revision partition lane sequence content`. */
export const entryLine = ({ revision, partition, lane, sequence, bytes }: Omit<LogEntry, 'key'>): string =>
  [revision, partition, lane, sequence, Buffer.from(bytes).subarray(0, 24).toString(), bytes.byteLength].join(' ');

/** Appends segments of any bytes to one lane, so that tests of reading need none that mean something, or of given ones. */
export class LogWriter {
  private readonly next: number[];
  private count = 0;

  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
    private readonly partitions: number,
    readonly lane: Lane,
    /** What has been appended, in the order of the log. */
    readonly written: string[],
    private readonly segment?: Uint8Array,
  ) {
    this.next = Array.from({ length: partitions }, () => 0);
  }

  /** One append to a few partitions at random; tried until it answers. */
  async append(segmentBytes = 100): Promise<Revision> {
    const share = 1 / (1 + Math.floor(Math.random() * 4));
    const chosen = this.next.flatMap((_, partition) => (Math.random() < share ? [partition as Partition] : []));
    const partitions = chosen.length > 0 ? chosen : [Math.floor(Math.random() * this.partitions) as Partition];
    const stamp = `${String(this.lane)}:${String(this.count++)};`;
    const entries = partitions.map((partition) => {
      const sequence = this.next[partition]!++ as Sequence;
      const any = Buffer.alloc(Math.max(24, Math.ceil(Math.random() * segmentBytes)), stamp);
      const bytes = this.segment === undefined ? any : Buffer.from(this.segment);
      return { partition, lane: this.lane, sequence, bytes };
    });
    const revision = await this.settle(entries);
    this.written.push(...entries.map((entry) => entryLine({ ...entry, revision })));
    return revision;
  }

  private async settle(entries: readonly Omit<LogEntry, 'key' | 'revision'>[]): Promise<Revision> {
    const compares = entries.map((entry) => ({ kind: 'absent', key: this.keys.segment(entry) }) as const);
    const operations = entries.map(
      (entry) => ({ kind: 'put', key: this.keys.segment(entry), value: entry.bytes }) as const,
    );
    for (;;) {
      const answer = await transact(this.client, { compares, operations, elseGet: [compares[0]!.key] });
      if (answer.kind === 'done') return answer.revision;
      if (answer.kind === 'refused') return answer.found[0]!.created;
      assert(answer.kind === 'unknown');
      await pause(20);
    }
  }
}

const fields = (line: string) => line.split(' ').map(Number) as [number, number];

/** The order of the log: revision, then partition. */
export const inLogOrder = (lines: readonly string[]): readonly string[] =>
  [...lines].sort((a, b) => fields(a)[0] - fields(b)[0] || fields(a)[1] - fields(b)[1]);
