import { type ArchivedLog } from '../../domain/archive-held.js';
import { type BuildWatch } from '../../domain/build-watch.js';
import { type CollectorGroup } from '../../domain/collector-group.js';
import { type GenerationRegistry } from '../../domain/generation-registry.js';
import { type LogReader } from '../../domain/log-entry.js';
import { type ModelStore } from '../../domain/read-model.js';
import { type Projection } from '../projection.js';
import { type Chores } from './chores.js';
import { type Counters } from './counters.js';
import { type Precedence } from './precedence.js';
import { type DecodeSegment } from './read-partition.js';
import { type SuspendedFolds } from './suspended-folds.js';

/** What a collector needs of the world. */
export interface CollectorPorts {
  readonly log: LogReader;
  /** What is built from where the log no longer reaches back; undefined where this collector has no archive. */
  readonly archive?: ArchivedLog;
  readonly models: ModelStore;
  readonly registry: GenerationRegistry;
  readonly group: CollectorGroup;
  readonly builds: BuildWatch;
  readonly decode: DecodeSegment;
  /** A line for people: what happened and what follows from it. */
  readonly notice: (text: string) => void;
}

/** What the work on one partition needs. */
export interface Surroundings extends CollectorPorts {
  readonly projections: readonly Projection[];
  readonly counters: Counters;
  readonly suspended: SuspendedFolds;
  readonly precedence: Precedence;
  readonly chores: Chores;
}
