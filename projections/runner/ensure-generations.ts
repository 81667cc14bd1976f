import { type GenerationRegistry, type GenerationsView } from '../../domain/generation-registry.js';
import { type ProjectionName } from '../../domain/generation.js';
import { type Instant } from '../../domain/instant.js';

/** What the code has of a projection. */
export interface CodeVersion {
  readonly name: ProjectionName;
  readonly version: number;
}

/** Projections whose active generation was built by a newer program than this one (promise R2). */
export const newerThanCode = (code: readonly CodeVersion[], view: GenerationsView): readonly string[] =>
  code.flatMap(({ name, version }) => {
    const active = view.generations.find(
      ({ record }) => record.projection === name && record.generation === view.active.get(name),
    );
    return active === undefined || active.record.version <= version
      ? []
      : [
          `projection ${name} is active in version ${String(active.record.version)}, and this program has version ` +
            `${String(version)}: run the program that has version ${String(active.record.version)} or a newer one`,
        ];
  });

/**
 * Sees to it that every projection has a generation: in a new system generation 1, active from the start. Gives the
 * reasons why this program must not run, none as a rule. Throws when etcd does not answer.
 */
export const ensureGenerations = async (
  registry: GenerationRegistry,
  code: readonly CodeVersion[],
  now: Instant,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const before = await registry.read(signal);
  const missing = code.filter(({ name }) => !before.active.has(name));
  for (const { name, version } of missing) {
    await registry.createFirst(
      { projection: name, generation: 1, version, state: 'active', partial: false, created_at: now },
      signal,
    );
  }
  return newerThanCode(code, missing.length === 0 ? before : await registry.read(signal));
};
