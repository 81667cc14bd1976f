import { type ProjectionRow } from '../../domain/projection-row.js';

/** Asks how far each generation is. Throws StoreSilent when etcd does not answer. */
export type ListProjections = (signal: AbortSignal) => Promise<readonly ProjectionRow[]>;
