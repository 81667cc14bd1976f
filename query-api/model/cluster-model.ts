import { type ClusterId, type Partition } from '../../domain/ids.js';
import { minuteDocument, type MinuteDocument } from '../../projections/cluster/minute.document.js';
import { watermarkDocument, type WatermarkDocument } from '../../projections/cluster/watermark.document.js';
import { type ClusterMinute, type ClusterView } from './host-view.js';
import { Stored, type OnUnreadable } from './stored.js';
import { summariesOf } from './summaries.js';

type Parts<A> = Map<Partition, Stored<A>>;

interface ClusterEntry {
  readonly watermarks: Parts<WatermarkDocument>;
  readonly minutes: Map<string, Parts<MinuteDocument>>;
}

const documents = <A>(parts: Parts<A>): readonly A[] =>
  [...parts.values()].flatMap((stored) => {
    const document = stored.get();
    return document === undefined ? [] : [document];
  });

const minutesOf = (entry: ClusterEntry): readonly ClusterMinute[] =>
  [...entry.minutes.values()]
    .map(documents)
    .filter((parts) => parts.length > 0)
    .map((parts) => ({ start: parts[0]!.minute, metrics: summariesOf(parts.flatMap(({ tallies }) => tallies)) }))
    .sort((a, b) => (a.start < b.start ? -1 : 1));

/** The newest, ties by the later appended: the same whichever partition is read first. */
const newest = (a: WatermarkDocument, b: WatermarkDocument): WatermarkDocument =>
  b.watermark > a.watermark || (b.watermark === a.watermark && b.appended > a.appended) ? b : a;

/** The documents of one generation of the projection `cluster`; its partitions are merged when read. */
export class ClusterModel {
  readonly #clusters = new Map<string, ClusterEntry>();

  constructor(private readonly onUnreadable: OnUnreadable) {}

  #entry(cluster: string): ClusterEntry {
    const found = this.#clusters.get(cluster) ?? { watermarks: new Map(), minutes: new Map() };
    this.#clusters.set(cluster, found);
    return found;
  }

  apply(partition: Partition, path: readonly string[], value: Uint8Array | undefined): void {
    const [kind, cluster = '', minute = ''] = path;
    if (kind === 'watermarks') {
      const { watermarks } = this.#entry(cluster);
      if (!value) watermarks.delete(partition);
      else watermarks.set(partition, new Stored(watermarkDocument, path, value, this.onUnreadable));
    }
    if (kind === 'minutes') this.#applyMinute(this.#entry(cluster), minute, partition, path, value);
  }

  #applyMinute(
    { minutes }: ClusterEntry,
    minute: string,
    partition: Partition,
    path: readonly string[],
    value: Uint8Array | undefined,
  ): void {
    const parts = minutes.get(minute) ?? new Map<Partition, Stored<MinuteDocument>>();
    if (value) parts.set(partition, new Stored(minuteDocument, path, value, this.onUnreadable));
    else parts.delete(partition);
    if (parts.size > 0) minutes.set(minute, parts);
    else minutes.delete(minute);
  }

  /** In no order. A cluster of which no partition has told a watermark yet is left out. */
  clusters(): readonly ClusterView[] {
    return [...this.#clusters].flatMap(([cluster, entry]) => {
      const [first, ...others] = documents(entry.watermarks);
      if (!first) return [];
      const { watermark, appended } = others.reduce(newest, first);
      const minutes = (): readonly ClusterMinute[] => minutesOf(entry);
      return [{ cluster: cluster as ClusterId, watermark, watermarkAppended: appended, minutes }];
    });
  }
}
