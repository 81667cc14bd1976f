import { type Revision } from '../../domain/revision.js';

/** What the record of a horizon compares: an operator's trim needs no claim. */
export interface Guard {
  readonly registry: Revision | undefined;
  readonly claim: Revision | undefined;
}
