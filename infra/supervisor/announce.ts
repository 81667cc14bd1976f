import { aliveEveryMs, type Announcement, type Role } from './announcement.js';

const tell = (announcement: Announcement): void => {
  // Without a supervisor, when a role is run by hand, there is nobody to tell.
  if (process.connected) process.send?.(announcement, undefined, undefined, () => undefined);
};

/**
 * Called once by a role's composition root, when it is ready to work; `addresses` are URLs that people can open. From
 * then on the process gives signs of life.
 */
export const announceReady = (ready: {
  readonly role: Role;
  readonly name: string;
  readonly addresses?: readonly string[];
}): void => {
  tell({ kind: 'ready', role: ready.role, name: ready.name, addresses: [...(ready.addresses ?? [])] });
  setInterval(() => tell({ kind: 'alive' }), aliveEveryMs).unref();
};

/** Called as often as once a second with what `status` shows of this process; the newest replaces the one before. */
export const announceProgress = (details: Readonly<Record<string, unknown>>): void =>
  tell({ kind: 'progress', details: { ...details } });

/**
 * Called before this process ends, when nobody is to start it again before an operator has done something; `reasons` say
 * what, for people.
 */
export const announceFinal = (reasons: readonly string[] = []): void => tell({ kind: 'final', reasons: [...reasons] });
