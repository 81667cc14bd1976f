import { projectionNames } from '../../domain/generation.js';
import { keyAfter, keysIn, type KeyRange } from './key-path.js';
import { type Keys } from './keys.js';
import { headKey } from './range.js';

/** What a role of etcd lets its users do with a range of keys. */
export interface Grant {
  readonly access: 'read' | 'readwrite';
  readonly range: KeyRange;
}

/** A role of etcd for one kind of process, with no more than that needs. */
export interface AccessRole {
  readonly name: 'streamer' | 'collector' | 'gateway' | 'operator';
  readonly grants: readonly Grant[];
}

const key = (start: string): KeyRange => ({ start, end: keyAfter(start) });
const read = (range: KeyRange): Grant => ({ access: 'read', range });
const readWrite = (range: KeyRange): Grant => ({ access: 'readwrite', range });

/**
 * The roles of all processes on the keys of one system; `operator` is for whoever runs `telemetry` by hand. What etcd
 * checks: every key that a transaction compares or reads must be readable, every key that it puts or deletes writable,
 * and so must every key on a lease that is revoked. Compaction needs no permission, defragmentation needs root.
 */
export const accessRoles = (keys: Keys): readonly AccessRole[] => {
  const below = (path: string): KeyRange => keysIn(`${keys.prefix}${path}`);
  const head = read(key(headKey));
  return [
    {
      name: 'streamer',
      grants: [
        ...[head, read(below('meta/')), ...[keys.logIdentity, keys.segmentVersion].map((one) => readWrite(key(one)))],
        ...[keys.membersOf('collector'), keys.membersOf('gateway')].map(read),
        ...[keys.log, keys.sources, keys.lanes].map(readWrite),
        ...[keys.deadLetters, below('dead-letter-counts/'), keys.replayRequests, keys.letterOutcomes].map(readWrite),
        ...[keys.sourceClaims, key(keys.replayClaim)].map(readWrite),
      ],
    },
    {
      name: 'collector',
      grants: [
        ...[head, ...[below('meta/'), keys.sources, keys.deadLetters, keys.claims, keys.members].map(read)],
        ...[keys.log, keys.allTrimmed, keys.models, keys.projections, keys.membersOf('collector')].map(readWrite),
        ...[keys.logIdentity, keys.maintenanceReport, keys.maintenanceClaim].map((one) => readWrite(key(one))),
        ...projectionNames.map((projection) => readWrite(below(`claims/${projection}/`))),
      ],
    },
    {
      name: 'gateway',
      grants: [
        ...[head, read(keys.everything)],
        ...[keys.membersOf('gateway'), keys.projections, keys.replayRequests].map(readWrite),
      ],
    },
    { name: 'operator', grants: [head, readWrite(keys.everything)] },
  ];
};
