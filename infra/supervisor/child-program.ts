import { type Role } from './announcement.js';
import { type ChildEnd } from './child-record.js';

/** What a child tells while it runs. */
export interface ChildListener {
  readonly onLine: (line: string) => void;
  readonly onReady: (addresses: readonly string[]) => void;
  readonly onProgress: (details: Readonly<Record<string, unknown>>) => void;
  /** Called with each sign of life. */
  readonly onHeard: () => void;
  /** It is about to end, and is not to be started again. */
  readonly onFinal: (reasons: readonly string[]) => void;
}

export interface RunningChild {
  readonly pid: number;
  readonly ended: Promise<ChildEnd>;
  /** Asks it to end and forces it after `graceMs` milliseconds; resolves when it has ended. */
  readonly stop: (graceMs: number) => Promise<void>;
}

/** Something that the supervisor can run, any number of times. `start` rejects with a message for people. */
export interface ChildProgram {
  readonly role: Role;
  readonly name: string;
  readonly start: (listener: ChildListener, signal: AbortSignal) => Promise<RunningChild>;
}
