import { seededRandom } from '../support/seeded-random.js';

/** What can be done to a system. Those of a leader or a majority need an etcd of three members. */
export const faultKinds = [
  'streamer killed',
  'collector killed',
  'gateway killed',
  'supervisor killed',
  'streamer stopped',
  'collector stopped',
  'gateway stopped',
  'supervisor stopped',
  'etcd killed',
  'etcd stopped',
  'etcd restarted',
  'leader killed',
  'leader stopped',
  'majority stopped',
  'connections cut',
  'connections refused',
  'connections delayed',
  'connections silent',
  'replies lost',
  'requests lost',
  'quota exhausted',
  'history compacted',
  'copies scaled',
  'collector leaves',
  'projection reset',
  'clock skewed',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** When it is to strike: whenever it comes, between an append and its answer, or while partitions change hands. */
export type Moment = 'any' | 'append' | 'handover';

/** One fault. What its numbers in [0, 1) mean depends on its kind. */
export interface Fault {
  readonly kind: FaultKind;
  readonly moment: Moment;
  /** Whom it strikes, among those that there are then. */
  readonly target: number;
  /** How long it lasts, in milliseconds, where it lasts. */
  readonly lastsMs: number;
  readonly extent: number;
}

/** Faults that can come between an append and its answer: of whoever sends it, of etcd, of what is between them. */
const onAppends: ReadonlySet<FaultKind> = new Set<FaultKind>([
  ...(['streamer killed', 'streamer stopped', 'etcd killed', 'etcd stopped', 'etcd restarted'] as const),
  ...(['leader killed', 'leader stopped', 'connections cut', 'connections refused', 'replies lost'] as const),
]);

/** Those of etcd itself, which can bear one at a time. */
export const onEtcdItself = (kind: FaultKind): boolean => /^(etcd|leader|majority|quota|history)/.test(kind);

/** Those of the connections between a process and etcd: what they hold back or lose is theirs to decide. */
export const onConnections = (kind: FaultKind): boolean => /^(connections|replies|requests) /.test(kind);

const needsThree = (kind: FaultKind): boolean => /^(leader|majority)/.test(kind);

/** The kinds that can be done to an etcd of so many members. */
export const kindsFor = (members: 1 | 3): readonly FaultKind[] =>
  faultKinds.filter((kind) => members === 3 || !needsThree(kind));

const shuffled = <T>(ones: readonly T[], random: () => number): readonly T[] =>
  ones
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);

const momentOf = (kind: FaultKind, at: number): Moment => {
  if (at < 0.25 && onAppends.has(kind)) return 'append';
  return at >= 0.9 ? 'handover' : 'any';
};

/** Half of them are over soon; the others outlast every lease of a system under fire. */
const duration = (at: number): number => Math.round(at < 0.5 ? 100 + at * 1_400 : 2_200 + (at - 0.5) * 2_600);

/** Faults without end, as the seed decides: every kind once, in some order, then every kind again. */
export function* planFaults(seed: number, kinds: readonly FaultKind[]): Generator<Fault, never, undefined> {
  const random = seededRandom(seed);
  for (;;) {
    for (const kind of shuffled(kinds, random)) {
      const moment = momentOf(kind, random());
      yield { kind, moment, target: random(), lastsMs: duration(random()), extent: random() };
    }
  }
}
