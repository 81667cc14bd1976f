import { type Device } from '../../domain/device.js';
import { type ClusterId, type GpuUuid, type Hostname } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type StateFormat } from '../folding/document-set.js';
import { type Condition, type Episode } from './episode.document.js';
import { healthDocument, type HealthDocument, healthLimits, healthPath } from './health.document.js';

type Mutable<A> = { -readonly [K in keyof A]: A[K] };

/** A {@link HealthDocument} under way. */
export interface HealthState {
  revision: Revision;
  readonly cluster: ClusterId;
  readonly hostname: Hostname;
  readonly uuid: GpuUuid;
  truncated: boolean;
  /** By signal and code. */
  readonly conditions: Map<string, Mutable<Condition>>;
  readonly episodes: Mutable<Episode>[];
  dropped: number;
  /** By signal. */
  readonly watches: Map<string, { readonly value: number; readonly at: Instant }>;
}

export type EpisodeState = HealthState['episodes'][number];

export const emptyHealth = ({ cluster, hostname, uuid }: Device): HealthState => ({
  ...{ revision: beginning, cluster, hostname, uuid, truncated: false, dropped: 0 },
  conditions: new Map(),
  episodes: [],
  watches: new Map(),
});

const conditionKey = (signal: string, code: number): string => `${signal} ${String(code)}`;

/** The sums of what is wrong; undefined where there is no room for one more. */
export const conditionOf = (state: HealthState, empty: Condition): Mutable<Condition> | undefined => {
  const key = conditionKey(empty.signal, empty.code);
  const known = state.conditions.get(key);
  if (known) return known;
  if (state.conditions.size >= healthLimits.conditions) {
    state.truncated = true;
    return undefined;
  }
  const condition = { ...empty };
  state.conditions.set(key, condition);
  return condition;
};

/** Adds an episode, in the place of the oldest one that has ended where there is no room. */
export const addEpisode = (state: HealthState, episode: Episode): EpisodeState => {
  const own = { ...episode };
  state.episodes.push(own);
  if (state.episodes.length > healthLimits.episodes) {
    state.episodes.splice(
      state.episodes.findIndex(({ ended }) => ended !== null),
      1,
    );
    state.dropped++;
  }
  return own;
};

const fromDocument = ({ conditions, episodes, watches, ...document }: HealthDocument): HealthState => ({
  ...document,
  conditions: new Map(conditions.map((one) => [conditionKey(one.signal, one.code), { ...one }])),
  episodes: episodes.map((episode) => ({ ...episode })),
  watches: new Map(watches.map(({ signal, value, at }) => [signal, { value, at }])),
});

const toDocument = ({ conditions, watches, ...state }: HealthState): HealthDocument => ({
  ...state,
  conditions: [...conditions.values()],
  watches: [...watches].map(([signal, { value, at }]) => ({ signal, value, at })),
});

export const healthState: StateFormat<HealthState, HealthDocument> = {
  format: healthDocument,
  pathOf: ({ cluster, hostname, uuid }) => healthPath(cluster, hostname, uuid),
  fromDocument,
  toDocument,
};
