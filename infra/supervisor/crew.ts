import { EventEmitter, once } from 'node:events';
import { type LogFile, openLogFile } from '../processes/log-file.js';
import { identify, type ProcessIdentity } from '../processes/process-identity.js';
import { newsOf } from './child-news.js';
import { type ChildProgram } from './child-program.js';
import { type ChildEvent, type ChildRecord, silentSeconds, waitsFor } from './child-record.js';
import { superviseChild, type SupervisedChild } from './supervise-child.js';
import { logFilePath, type ProcessState } from './system-state.js';

export interface CrewOptions {
  readonly dataDir: string;
  /** One line for people whenever a child crashes, ends or comes back, or its log cannot be written. */
  readonly onNews: (line: string) => void;
}

interface Member {
  readonly child: SupervisedChild;
  readonly log: LogFile;
  identity: ProcessIdentity | undefined;
}

/** The children of one supervisor, each with a log file of its own, in the order in which they were started. */
export class Crew {
  readonly #members = new Map<string, Member>();
  readonly #changes = new EventEmitter().setMaxListeners(0);

  constructor(private readonly options: CrewOptions) {}

  get records(): readonly ChildRecord[] {
    return [...this.#members.values()].map(({ child }) => child.record);
  }

  /** What `status` shows of each, and what the next supervisor needs to recognise it by. */
  get processes(): readonly ProcessState[] {
    return [...this.#members.values()].map(({ child, identity }) => processState(child.record, identity));
  }

  /** Resolves at the next change of any child's record; rejects when the signal aborts. */
  async changed(signal: AbortSignal): Promise<void> {
    await once(this.#changes, 'change', { signal });
  }

  /** Calls back after every change of any child's record, when its identity is known. */
  onChange(listener: () => void): void {
    this.#changes.on('recorded', listener);
  }

  /** Starts children without waiting for them. */
  start(programs: readonly ChildProgram[]): void {
    for (const program of programs) {
      const log = openLogFile(logFilePath(this.options.dataDir, program.name), this.options.onNews);
      const child = superviseChild(program, {
        onLine: ({ name }, line) => this.#members.get(name)?.log.write(line),
        onEvent: (after, before, event) => this.#note(after, before, event),
      });
      this.#members.set(program.name, { child, log, identity: undefined });
    }
  }

  /** Stops these children at once, each with `graceMs` milliseconds before force; they stay on record. */
  async stop(names: readonly string[], graceMs: number): Promise<void> {
    const members = names.flatMap((name) => this.#members.get(name) ?? []);
    await Promise.all(members.map(({ child }) => child.stop(graceMs)));
  }

  /** Takes children that have been stopped off the record. */
  forget(names: readonly string[]): void {
    for (const name of names) {
      this.#members.get(name)?.log.close();
      this.#members.delete(name);
    }
  }

  #note(after: ChildRecord, before: ChildRecord, event: ChildEvent): void {
    if (event.type === 'heard') return;
    const news = newsOf(after, before, event);
    if (news !== undefined) {
      this.#members.get(after.name)?.log.write(`supervisor: ${news}`);
      this.options.onNews(news);
    }
    if (event.type === 'progress' && waitsFor(after) === waitsFor(before)) return;
    void this.#identify(after).then(() => this.#changes.emit('recorded'));
    this.#changes.emit('change');
  }

  async #identify({ name, pid }: ChildRecord): Promise<void> {
    const identity = pid === undefined ? undefined : await identify(pid);
    const member = this.#members.get(name);
    if (member !== undefined) member.identity = identity;
  }
}

const processState = (record: ChildRecord, known: ProcessIdentity | undefined): ProcessState => {
  const { role, name, pid, state, restarts, addresses, details, startedAt, reasons } = record;
  const silent = silentSeconds(record, performance.now());
  const identity = known?.pid === pid ? known : undefined;
  return {
    ...{ role, name, state, restarts, addresses: [...addresses], details: { ...details } },
    ...(identity && { identity }),
    ...(startedAt !== undefined && { started_at: startedAt }),
    ...(silent !== undefined && { silent_seconds: silent }),
    ...(reasons.length > 0 && { reasons: [...reasons] }),
  };
};
