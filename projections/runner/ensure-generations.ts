import { type ArchiveHeld } from '../../domain/archive-held.js';
import { firstGenerations, startBuild } from '../../domain/begin-build.js';
import { activeOf, recordsOf } from '../../domain/generations-known.js';
import { type Decided, type GenerationRegistry, type GenerationsView } from '../../domain/generation-registry.js';
import { type GenerationRecord, type ProjectionName } from '../../domain/generation.js';
import { type Instant } from '../../domain/instant.js';
import { beginning } from '../../domain/revision.js';
import { type TrimHorizons, wholeFrom } from '../../domain/trim-horizon.js';

/** What the code has of a projection. */
export interface CodeVersion {
  readonly name: ProjectionName;
  readonly version: number;
}

/** What a program knows of its surroundings. */
export interface Around {
  /** The versions of a projection that live collectors fold. */
  readonly foldedBy: (name: ProjectionName) => readonly number[];
  /** What it can build from, beside the log; undefined where it has been given no archive. */
  readonly archive: ArchiveHeld | 'unreadable' | undefined;
}

/** What the generations that are there mean for a program. */
export interface VersionCheck {
  /** Why it must not run; none as a rule. */
  readonly refusals: readonly string[];
  /** What it has begun, or can do nothing for. */
  readonly notices: readonly string[];
  /** True when something is to be built that its archive, which cannot be read, may hold. */
  readonly waits: boolean;
}

/** Why this program must not run beside what is active (promise R2). */
export const refusalsOf = (code: readonly CodeVersion[], view: GenerationsView): readonly string[] =>
  code.flatMap(({ name, version }) => {
    const active = activeOf(view, name)?.version ?? 0;
    return active <= version
      ? []
      : [
          `projection ${name} is active in version ${String(active)}, and this program has version ` +
            `${String(version)}: run the program that has version ${String(active)} or a newer one`,
        ];
  });

/** What a program does about a projection whose active generation is of an older version than its own, or is not there. */
export type Upgrade =
  | { readonly kind: 'none' }
  /** A build of another version goes on, or of this one: it is not this program's to replace. */
  | { readonly kind: 'leave' }
  /** It was tried, and its fold is broken. */
  | { readonly kind: 'failed before'; readonly record: GenerationRecord }
  | { readonly kind: 'build' };

/** @param folded the versions of the projection that live collectors fold */
export const decideUpgrade = (
  { name, version }: CodeVersion,
  view: GenerationsView,
  folded: readonly number[],
): Upgrade => {
  if ((activeOf(view, name)?.version ?? 0) >= version) return { kind: 'none' };
  const under = recordsOf(view, name).find(({ state }) => state === 'building' || state === 'failed');
  if (under === undefined || under.version < version) return { kind: 'build' };
  if (under.state === 'failed') {
    return under.version === version ? { kind: 'failed before', record: under } : { kind: 'build' };
  }
  return under.version === version || folded.includes(under.version) ? { kind: 'leave' } : { kind: 'build' };
};

/** What has come of one projection. */
interface Upgraded {
  /** A line for people, where there is something to say. */
  readonly said?: string;
  readonly waits: boolean;
}

const done = (said?: string): Upgraded => ({ ...(said !== undefined && { said }), waits: false });

/** An archive that cannot be read now may hold what the log lacks: a build from less would take the place of what is whole. */
const waiting = ({ name, version }: CodeVersion): Upgraded => ({
  said:
    `Projection ${name} is not rebuilt in version ${String(version)} yet: the log's old end has been trimmed, and the ` +
    `archive cannot be read. \`telemetry projections reset ${name} --partial\` builds it from where the log begins now.`,
  waits: true,
});

/** Begins what is to be done about one projection. */
const upgrade = (
  code: CodeVersion,
  view: GenerationsView,
  horizons: TrimHorizons,
  { foldedBy, archive }: Around,
  now: Instant,
): Decided<Upgraded> => {
  const { name, version } = code;
  const decided = decideUpgrade(code, view, foldedBy(name));
  if (decided.kind === 'failed before')
    return {
      outcome: done(
        `Projection ${name} is not rebuilt in version ${String(version)}, because that has failed before: ` +
          `${decided.record.failure ?? ''}. \`telemetry projections reset ${name}\` tries again.`,
      ),
    };
  if (decided.kind !== 'build') return { outcome: done() };
  if (archive === 'unreadable' && wholeFrom(horizons) > beginning) return { outcome: waiting(code) };
  const begun = startBuild(view, horizons, {
    ...{ projection: name, version, trimmed: 'build partially', now },
    ...(archive && archive !== 'unreadable' && { archive }),
  });
  if (begun.outcome.kind === 'refused') return { outcome: done(begun.outcome.reason) };
  const { generation, partial, archived_through: archived } = begun.outcome.record;
  const trimmed = 'because its old end has been trimmed';
  const less = partial
    ? `, from where the log begins now, ${trimmed}`
    : archived
      ? `, from the archive, ${trimmed}`
      : '';
  const said = `Projection ${name} is rebuilt in version ${String(version)}, as generation ${String(generation)}${less}.`;
  return { ...begun, outcome: done(said) };
};

/**
 * Sees to it that every projection has a generation of this program's version: in a new system all begin with
 * generation 1, active from the start; else one is built beside what is active (promise R2). Throws when etcd does not
 * answer.
 */
export const ensureGenerations = async (
  registry: Pick<GenerationRegistry, 'change'>,
  code: readonly CodeVersion[],
  around: Around,
  now: Instant,
  signal: AbortSignal,
): Promise<VersionCheck> => {
  const refusals = await registry.change((view): Decided<readonly string[]> => {
    const isNew = view.generations.length === 0;
    return isNew
      ? {
          ...firstGenerations(
            view,
            code.map((one) => first(one, now)),
          ),
          outcome: [],
        }
      : { outcome: refusalsOf(code, view) };
  }, signal);
  if (refusals.length > 0) return { refusals, notices: [], waits: false };
  const all: Upgraded[] = [];
  for (const one of code)
    all.push(await registry.change((view, horizons) => upgrade(one, view, horizons, around, now), signal));
  return { refusals, notices: all.flatMap(({ said }) => said ?? []), waits: all.some(({ waits }) => waits) };
};

const first = ({ name, version }: CodeVersion, now: Instant): GenerationRecord => ({
  projection: name,
  generation: 1,
  version,
  state: 'active',
  partial: false,
  created_at: now,
});
