import { columnsByPartition } from '../../../commands/append/columns.js';
import { placement } from '../../../commands/append/placement.js';
import { type WalkedLog } from '../../../commands/log/walk-log.js';
import { type Lane, type Sequence, type SourceId } from '../../../domain/ids.js';
import { instantOfMillis } from '../../../domain/instant.js';
import { type LogEntry } from '../../../domain/log-entry.js';
import { type Revision } from '../../../domain/revision.js';
import { encodeSegment } from '../../../domain/segment/encode.js';
import { allBlocks, cluster, identify, memoryText, start } from '../../support/source-texts.js';

const partitions = 4;

/** The entries that a text becomes in a log, one append for each of its blocks. */
export const entriesOfText = async (text: string | Uint8Array, firstRevision = 1): Promise<readonly LogEntry[]> => {
  const source = await identify(memoryText(Buffer.from(text)));
  const blocks = await allBlocks(await start(source));
  return blocks.flatMap((block, batch) => {
    const columns = [...columnsByPartition([block], placement(cluster, partitions))];
    return columns.map(([partition, samples], part): LogEntry => {
      const header = {
        ...{ cluster, source: source.id, claim: 1n as Revision, batch, part, parts: columns.length },
        ...{ from: block.from, to: block.to, pass: 0, appendedAt: instantOfMillis(1_750_000_000_000) },
        ...{ columns: source.columns, events: samples.values.length },
      };
      const revision = BigInt(firstRevision + batch) as Revision;
      const key = `log/${String(partition)}/${String(batch)}`;
      const place = { partition, lane: 0 as Lane, sequence: batch as Sequence };
      return { ...place, revision, key, bytes: encodeSegment({ header, samples }) };
    });
  });
};

export const sourceOfText = async (text: string): Promise<SourceId> =>
  (await identify(memoryText(Buffer.from(text)))).id;

/** A log of these entries, which stand in its order. */
export const memoryLog = (entries: readonly LogEntry[]): WalkedLog => ({
  head: async () => entries.at(-1)?.revision ?? (0n as Revision),
  async *list(_scope, from, to) {
    const wanted = entries.filter(({ revision }) => revision >= from && revision <= to);
    yield { entries: wanted, through: to, live: true };
  },
});
