import { type GenerationRegistry, type GenerationsView } from '../../domain/generation-registry.js';
import { type ProjectionName } from '../../domain/generation.js';
import { type Instant } from '../../domain/instant.js';

/** What the code has of a projection. */
export interface CodeVersion {
  readonly name: ProjectionName;
  readonly version: number;
}

/** A generation that queries answer from was built by another version than the code's. */
interface OtherVersion extends CodeVersion {
  readonly active: number;
}

const otherVersions = (code: readonly CodeVersion[], view: GenerationsView): readonly OtherVersion[] =>
  code.flatMap(({ name, version }) => {
    const active = view.generations.find(
      ({ record }) => record.projection === name && record.generation === view.active.get(name),
    );
    return active === undefined || active.record.version === version
      ? []
      : [{ name, version, active: active.record.version }];
  });

/** What the active generations mean for this program (promise R2). */
export interface VersionCheck {
  /** Why it must not run; none as a rule. */
  readonly refusals: readonly string[];
  /** What it can do nothing for. */
  readonly warnings: readonly string[];
}

export const checkVersions = (code: readonly CodeVersion[], view: GenerationsView): VersionCheck => {
  const others = otherVersions(code, view);
  return {
    refusals: others
      .filter(({ version, active }) => active > version)
      .map(
        ({ name, version, active }) =>
          `projection ${name} is active in version ${String(active)}, and this program has version ` +
          `${String(version)}: run the program that has version ${String(active)} or a newer one`,
      ),
    warnings: others
      .filter(({ version, active }) => active < version)
      .map(
        ({ name, version, active }) =>
          `Projection ${name} is active in version ${String(active)}, and this program has version ${String(version)}: ` +
          'it does not fold that generation, which stays as it is until a program of its version goes on with it.',
      ),
  };
};

/**
 * Sees to it that every projection has a generation: in a new system generation 1, active from the start. Throws
 * when etcd does not answer.
 */
export const ensureGenerations = async (
  registry: GenerationRegistry,
  code: readonly CodeVersion[],
  now: Instant,
  signal: AbortSignal,
): Promise<VersionCheck> => {
  const before = await registry.read(signal);
  const missing = code.filter(({ name }) => !before.active.has(name));
  for (const { name, version } of missing) {
    await registry.createFirst(
      { projection: name, generation: 1, version, state: 'active', partial: false, created_at: now },
      signal,
    );
  }
  return checkVersions(code, missing.length === 0 ? before : await registry.read(signal));
};
