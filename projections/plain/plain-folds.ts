import { type ProjectionName } from '../../domain/generation.js';
import { versionsOfRuns } from '../history/run-limits.document.js';
import { projectionVersions } from '../versions.document.js';
import { plainMinutes, plainWatermarks } from './plain-cluster.js';
import { plainDevices } from './plain-device.js';
import { type PlainFold } from './plain-fold.js';
import { plainHealth } from './plain-health.js';
import { plainHistory } from './plain-history.js';
import { plainHosts } from './plain-host.js';
import { plainLatest } from './plain-latest.js';

const together = (folds: readonly PlainFold[]): PlainFold => ({
  add: (logged) => folds.forEach((fold) => fold.add(logged)),
  documents: () => folds.flatMap((fold) => fold.documents()),
});

/** A new plain fold of one partition in a version, by projection. */
export const plainFolds: Readonly<Record<ProjectionName, (version: number) => PlainFold>> = {
  gpu: () => together([plainDevices(), plainLatest()]),
  host: plainHosts,
  cluster: () => together([plainWatermarks(), plainMinutes()]),
  history: plainHistory,
  health: plainHealth,
};

/** The versions that are folded so: what others have folded cannot be judged by it. */
export const plainVersions = (projection: ProjectionName): readonly number[] =>
  projection === 'history' ? versionsOfRuns : [projectionVersions[projection]];
