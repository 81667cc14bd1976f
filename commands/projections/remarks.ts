import { type ProjectionRow } from '../../domain/projection-row.js';

/** What people have to be told of a generation beside its figures. */
export const remarksOf = ({ name, generation, version, failure, old, stopped }: ProjectionRow): readonly string[] => [
  ...(failure === null ? [] : [`${name} ${generation} has failed: ${failure}`]),
  ...(old ? [`${name} ${generation} is old: no collector folds version ${String(version)}, so it stays as it is`] : []),
  ...stopped.map(({ partition, key, reason }) => {
    return `${name} ${generation} has stopped in partition ${String(partition)} at ${key}: ${reason}`;
  }),
];
