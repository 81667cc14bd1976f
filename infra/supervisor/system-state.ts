import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { ifThere } from '../processes/if-there.js';
import { ProcessIdentity } from '../processes/process-identity.js';
import { writeAtomically } from '../processes/write-atomically.js';
import { Role } from './announcement.js';

const ProcessState = t.intersection([
  t.type({ role: Role, name: t.string, state: t.string, restarts: t.number, addresses: t.array(t.string) }),
  t.partial({
    identity: ProcessIdentity,
    started_at: t.number,
    details: t.UnknownRecord,
    // While nothing is heard of it though it runs.
    silent_seconds: t.number,
    // Why it is not started again, where it said so.
    reasons: t.array(t.string),
  }),
]);

/**
 * What runs on a data folder, as its supervisor last wrote it: for whoever asks when the supervisor cannot be asked,
 * and for the next supervisor to recognise what this one left behind.
 */
export const SystemState = t.type({
  version: t.literal(1),
  /** `starting` until every process was ready once. */
  phase: t.keyof({ starting: null, ready: null, stopping: null }),
  supervisor: ProcessIdentity,
  /** Where the supervisor listens for orders. */
  control: t.string,
  etcd: t.intersection([
    t.type({ endpoints: t.array(t.string), embedded: t.boolean }),
    // Bytes; what the operator said, and the roles are told.
    t.partial({ quota_bytes: t.number }),
  ]),
  prefix: t.string,
  processes: t.array(ProcessState),
});
export type SystemState = t.TypeOf<typeof SystemState>;
export type ProcessState = t.TypeOf<typeof ProcessState>;

export const stateFile = (dataDir: string): string => join(dataDir, 'system.json');
export const logFolder = (dataDir: string): string => join(dataDir, 'logs');
export const logFilePath = (dataDir: string, name: string): string => join(logFolder(dataDir), `${name}.log`);

/**
 * The last state on record; undefined when there is none, or none that this version understands.
 *
 * @throws what keeps it from being read where it is there
 */
export const readSystemState = async (dataDir: string): Promise<SystemState | undefined> => {
  const text = await ifThere(readFile(stateFile(dataDir), 'utf8'));
  if (text === undefined) return undefined;
  try {
    const decoded = SystemState.decode(JSON.parse(text));
    return isRight(decoded) ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

export const writeSystemState = (dataDir: string, state: SystemState): Promise<void> =>
  writeAtomically(stateFile(dataDir), `${JSON.stringify(state, undefined, 2)}\n`);
