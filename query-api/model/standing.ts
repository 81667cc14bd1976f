import { isOld } from '../../domain/generations-known.js';
import { type GatewayAnnouncement } from '../../domain/gateway-announcement.js';
import { type GenerationRecord } from '../../domain/generation.js';
import { type Instant } from '../../domain/instant.js';
import { type GenerationsView } from '../../domain/generation-registry.js';
import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { firstSegmentVersion, unreadableLog } from '../../domain/segment-version.js';
import { segmentVersion } from '../../domain/segment/frame.js';
import { projectionVersions } from '../../projections/versions.document.js';
import { type Model } from './model.js';

/** Which generations there are, and who folds them. */
export interface Surroundings {
  readonly generations: GenerationsView;
  readonly collectors: readonly CollectorAnnouncement[];
  /** The newest version of segments that may stand in the log. */
  readonly segments: number;
}

/** Where the generations that a gateway answers from stand among those that there are. */
export interface Standing {
  /** Why it must not be sent requests: what it answers from is gone, or is of a version that it does not read. */
  readonly refusals: readonly string[];
  /** What it answers from and nobody folds any more. */
  readonly old: readonly string[];
}

/** What a gateway announces beside who it is. */
export type AnnouncedModel = Pick<GatewayAnnouncement, 'generations' | 'loading'>;

/** The generations that queries answer from, and whether they are on their way, as they are announced. */
export const announced = (model: Model | undefined): AnnouncedModel => ({
  generations: (model?.generations.all ?? []).flatMap(({ loaded }) =>
    loaded ? [{ projection: loaded.record.projection, generation: loaded.record.generation }] : [],
  ),
  ...(model?.loading === true && { loading: true }),
});

const nameOf = ({ projection, generation }: GenerationRecord): string => `generation ${generation} of ${projection}`;

const unreadable = ({ projection, version }: GenerationRecord): string => {
  const own = projectionVersions[projection];
  return (
    `Projection ${projection} is active in version ${version}, and this gateway reads versions ${own - 1} and ${own}: ` +
    'run the program that has its version.'
  );
};

/** True for a generation that was active before and has been deleted since. */
const isGone = ({ projection, generation }: GenerationRecord, { generations, active }: GenerationsView): boolean =>
  generation < (active.get(projection) ?? 0) &&
  !generations.some(({ record }) => record.projection === projection && record.generation === generation);

export const standingOf = (model: Model, around: Surroundings | undefined): Standing => {
  const all = model.generations.all;
  const served = all.flatMap(({ loaded }) => (loaded ? [loaded.record] : []));
  const gone = around === undefined ? [] : served.filter((record) => isGone(record, around.generations));
  const collectors = around?.collectors ?? [];
  const folded = (record: GenerationRecord) =>
    collectors.flatMap(({ folds }) =>
      folds.filter(({ projection }) => projection === record.projection).map(({ version }) => version),
    );
  const unread = unreadableLog(around?.segments ?? firstSegmentVersion, { segments: segmentVersion });
  return {
    refusals: [
      ...(unread === undefined ? [] : [`This gateway does not read the whole log: ${unread}.`]),
      ...all.flatMap((generation) => (generation.unreadable ? [unreadable(generation.unreadable)] : [])),
      ...gone.map((record) => `The ${nameOf(record)} has been deleted; the next one is being loaded.`),
    ],
    old: served.filter((record) => isOld(record, folded(record), collectors.length)).map(nameOf),
  };
};

/** A standing, and since when something of it is folded by nobody; undefined while all of it is. */
export interface AgedStanding extends Standing {
  readonly unfoldedSince: Instant | undefined;
}

/** The same for every request: found out anew when something of it has changed. */
export class KnownStanding {
  #from: readonly unknown[] = [];
  #standing: AgedStanding = { refusals: [], old: [], unfoldedSince: undefined };

  of(model: Model | undefined, around: Surroundings | undefined, now: Instant): AgedStanding {
    if (model === undefined) return this.#standing;
    if (!this.#isOf(model, around)) {
      const found = standingOf(model, around);
      const unfoldedSince = found.old.length === 0 ? undefined : (this.#standing.unfoldedSince ?? now);
      this.#standing = { ...found, unfoldedSince };
      this.#from = [around, ...model.generations.all.flatMap(({ loaded, unreadable }) => [loaded, unreadable])];
    }
    return this.#standing;
  }

  #isOf({ generations: { all } }: Model, around: Surroundings | undefined): boolean {
    const from = this.#from;
    return (
      from.length > 0 &&
      from[0] === around &&
      all.every(({ loaded, unreadable }, i) => from[2 * i + 1] === loaded && from[2 * i + 2] === unreadable)
    );
  }
}
