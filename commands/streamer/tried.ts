import { type SourceId } from '../../domain/ids.js';
import { type SourceOutcome } from './source-outcome.js';

/** What came of trying to stream a source that others may be reading. */
export type Tried =
  | { readonly kind: 'over'; readonly outcome: SourceOutcome }
  /** All that is left of it is claimed by other streamers, which read it. */
  | { readonly kind: 'taken'; readonly sources: readonly SourceId[] };
