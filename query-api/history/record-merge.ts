import { type Device, deviceKey, deviceOf } from '../../domain/device.js';
import { type ClusterId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type Samples } from '../../domain/segment/segment.js';
import { Draft } from './draft.js';
import { bucketOf, type HistoryQuery } from './history-query.js';
import { compareRecords } from './record-order.js';
import { type TelemetryRecord } from './telemetry-record.js';

/** Works something out once for each number below `count`: thousands of events are of a few series and times. */
const remembered = <A>(count: number, of: (number: number) => A): ((number: number) => A) => {
  const known = new Array<A>(count);
  const asked = new Uint8Array(count);
  return (number) => {
    if (asked[number] === 0) {
      asked[number] = 1;
      known[number] = of(number);
    }
    return known[number]!;
  };
};

interface Tracked {
  readonly device: Device;
  readonly drafts: Map<Instant, Draft>;
}

/**
 * Puts records together from pieces that come in any order. What lies behind the first `limit + 1` records or buckets
 * is forgotten as soon as that is known, so memory follows the size of the answer, not the length of the history.
 */
export class RecordMerge {
  readonly #devices = new Map<string, Tracked>();
  readonly #sign: 1 | -1;
  #drafts = 0;
  #pruneAt: number;
  #needed: number;
  /** Records in buckets that start behind this time are not needed. */
  #bound: Instant | undefined;

  /** @param slack records in the making beyond twice those that are needed, before the needless ones are dropped */
  constructor(
    private readonly query: HistoryQuery,
    private readonly slack = 1_000,
  ) {
    this.#sign = query.order === 'asc' ? 1 : -1;
    this.#needed = query.limit + 1;
    this.#pruneAt = 2 * this.#needed + slack;
  }

  /** Whether a record at this time can still matter. */
  needs(at: Instant): boolean {
    return this.#bound === undefined || this.#compare(bucketOf(at, this.query.buckets), this.#bound) <= 0;
  }

  #compare(a: Instant, b: Instant): number {
    return a === b ? 0 : a < b ? -this.#sign : this.#sign;
  }

  #isWanted(at: Instant): boolean {
    const { start, end, after, buckets } = this.query;
    if ((start !== undefined && at < start) || (end !== undefined && at > end)) return false;
    return (after === undefined || this.#compare(bucketOf(at, buckets), after.at) >= 0) && this.needs(at);
  }

  #track(device: Device): Tracked | undefined {
    const { query } = this;
    if (query.cluster !== undefined && device.cluster !== query.cluster) return undefined;
    if (query.hostname !== undefined && device.hostname !== query.hostname) return undefined;
    if (query.uuid !== undefined && device.uuid !== query.uuid) return undefined;
    const name = deviceKey(device);
    const tracked = this.#devices.get(name) ?? { device, drafts: new Map<Instant, Draft>() };
    this.#devices.set(name, tracked);
    return tracked;
  }

  add(cluster: ClusterId, revision: Revision, samples: Samples): void {
    const { series, times, seriesAt, timeAt } = samples;
    const tracked = remembered(series.length, (s) => this.#track(deviceOf(cluster, series[s]!)));
    const wanted = remembered(times.length, (t) => this.#isWanted(times[t]!.at));
    for (let event = 0; event < seriesAt.length; event++) {
      const place = tracked(seriesAt[event]!);
      if (place && wanted(timeAt[event]!)) this.#take(place, revision, samples, event);
    }
    if (this.#drafts > this.#pruneAt) this.#prune();
  }

  /** @param events the numbers of those that are of the device, in order */
  addOf(device: Device, revision: Revision, samples: Samples, events: Uint32Array): void {
    const place = this.#track(device);
    if (!place) return;
    for (const event of events)
      if (this.#isWanted(samples.times[samples.timeAt[event]!]!.at)) this.#take(place, revision, samples, event);
    if (this.#drafts > this.#pruneAt) this.#prune();
  }

  #take(place: Tracked, revision: Revision, samples: Samples, event: number): void {
    const { metrics, buckets } = this.query;
    const series = samples.series[samples.seriesAt[event]!]!;
    const asked = metrics === undefined || metrics.has(series.metric);
    // A bucket is there when it has a value that was asked for; a record is there whatever was asked.
    if (buckets && !asked) return;
    const draft = this.#draft(place, samples.times[samples.timeAt[event]!]!.at);
    draft.add(series, asked ? samples.values[event] : undefined, revision);
  }

  #draft({ device, drafts }: Tracked, at: Instant): Draft {
    const found = drafts.get(at);
    if (found) return found;
    const draft = new Draft(device, at);
    drafts.set(at, draft);
    this.#drafts++;
    return draft;
  }

  #prune(): void {
    const { buckets, after } = this.query;
    const groups = [...this.#devices.values()].flatMap(({ drafts }) => [
      ...new Set([...drafts.keys()].map((at) => bucketOf(at, buckets))),
    ]);
    // Those that share the cursor's time may be the ones that were shown already: they count for nothing.
    const counted = groups.filter((at) => at !== after?.at).sort((a, b) => this.#compare(a, b));
    const bound = counted[this.#needed - 1];
    if (bound !== undefined) {
      this.#bound = bound;
      for (const { drafts } of this.#devices.values())
        for (const at of drafts.keys()) if (!this.needs(at) && drafts.delete(at)) this.#drafts--;
    }
    this.#pruneAt = 2 * this.#drafts + this.slack;
  }

  /**
   * The records that are whole, in order, when every piece still to come lies at or behind `frontier`; all of them
   * when it is undefined.
   */
  take(frontier: Instant | undefined): readonly TelemetryRecord[] {
    const whole: TelemetryRecord[] = [];
    for (const { drafts } of this.#devices.values())
      for (const [at, draft] of drafts) {
        if (frontier !== undefined && this.#compare(at, frontier) >= 0) continue;
        drafts.delete(at);
        this.#drafts--;
        whole.push(draft.record());
      }
    return whole.sort((a, b) => this.#sign * compareRecords(a, b));
  }

  /** So many records or buckets have been shown: so many fewer are needed. */
  shown(count: number): void {
    this.#needed = Math.max(1, this.#needed - count);
  }
}
