import { setTimeout as pause } from 'node:timers/promises';
import { type Instant } from '../../domain/instant.js';
import { type Around, type CodeVersion, ensureGenerations } from './ensure-generations.js';
import { type CollectorPorts } from './surroundings.js';

const everyMs = 1_000;

/**
 * Begins what waits for an archive as soon as that can be read, until nothing waits or the signal aborts. What etcd does
 * not answer is tried again.
 *
 * @param startedAt when this process started
 */
export const upgradeLater = async (
  { registry, archive, notice }: Pick<CollectorPorts, 'registry' | 'archive' | 'notice'>,
  code: readonly CodeVersion[],
  foldedBy: Around['foldedBy'],
  startedAt: Instant,
  signal: AbortSignal,
): Promise<void> => {
  const begun = performance.now();
  for (let waits = true; waits;) {
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    if (archive?.held === undefined) continue;
    const now = (startedAt + BigInt(Math.round(performance.now() - begun)) * 1_000_000n) as Instant;
    const around = { foldedBy, archive: archive.held };
    const check = await ensureGenerations(registry, code, around, now, signal).catch(() => undefined);
    check?.notices.forEach(notice);
    waits = check?.waits ?? true;
  }
};
