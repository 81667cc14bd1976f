import { randomUUID } from 'node:crypto';
import { open, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { identify, isRunning, ProcessIdentity } from '../processes/process-identity.js';

/**
 * What the lock file says: who writes, and where its pid means something. A folder may be shared by hosts, and a host by
 * containers, where the same pid is another process.
 */
const Writer = t.intersection([ProcessIdentity, t.type({ place: t.string, token: t.string })]);
type Writer = t.TypeOf<typeof Writer>;

/** Milliseconds between two signs of life, and without one after which a writer of another place counts as gone. */
const signEveryMs = 5_000;
const goneAfterMs = 60_000;

/** The right to write, until it is released or taken over because this process gave no sign of life. */
export interface WritingLock {
  /** False when another has taken over: nothing more may be written. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

export type Locking =
  | { readonly kind: 'locked'; readonly lock: WritingLock }
  /** The text says by whom. */
  | { readonly kind: 'held'; readonly by: string };

/** The host, and on Linux the namespace of its pids. */
const placeOf = async (): Promise<string> => {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${hostname()} ${namespace}`.trim();
};

const textOf = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

const writerOf = (text: string): Writer | undefined => {
  try {
    const decoded = Writer.decode(JSON.parse(text));
    return isRight(decoded) ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

/** Who holds a lock of this text; undefined when nobody does any more. @param silentMs since its last sign of life */
const holderOf = async (text: string, silentMs: number, place: string): Promise<string | undefined> => {
  const writer = writerOf(text);
  if (writer?.place === place) return (await isRunning(writer)) ? `process ${String(writer.pid)}` : undefined;
  if (silentMs >= goneAfterMs) return undefined;
  const who = writer === undefined ? 'somebody' : `process ${String(writer.pid)} of ${writer.place}`;
  return `${who} (if that is gone, it is taken over a minute after its last sign of life)`;
};

/** Creates a file; false when it is there already. What a full disk takes nothing of is not left behind: nobody holds it. */
const created = async (path: string, text: string): Promise<boolean> => {
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(text);
    return true;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
};

/** Now, by the clock of the disk that the lock is on: those of hosts differ. */
const diskNow = async (beside: string): Promise<number> => {
  const file = await open(beside, 'w');
  try {
    return (await file.stat()).mtimeMs;
  } finally {
    await file.close();
    await rm(beside, { force: true });
  }
};

/** How long one of those who take a dead writer's lock over is waited for between looks: it takes no longer as a rule. */
const turnMs = 5;

/** Milliseconds since a file was written, by the clock of its disk; undefined where it is gone. */
const ageOf = async (path: string, beside: string): Promise<number | undefined> => {
  const written = await stat(path).catch(() => undefined);
  return written && (await diskNow(beside)) - written.mtimeMs;
};

/**
 * Puts this text in the place of a dead writer's, one of all that try at a time: a file beside it says whose turn it is.
 * False when it was another's turn, or the dead writer's text stands there no more.
 */
const takeOver = async (path: string, dead: string, text: string, beside: string, turn: string): Promise<boolean> => {
  if (!(await created(turn, ''))) {
    // Whoever dies in its turn leaves it behind.
    if (((await ageOf(turn, beside)) ?? 0) >= goneAfterMs) await rm(turn, { force: true });
    else await pause(turnMs);
    return false;
  }
  try {
    if ((await textOf(path)) !== dead) return false;
    await writeFile(beside, text);
    await rename(beside, path);
    return true;
  } finally {
    await rm(turn, { force: true });
  }
};

/**
 * Takes the lock file, or says who has it. One that a dead process has left is taken over, by one of all that try.
 *
 * @param aside ends the names of files that are made beside it for a moment, and may be left there by who is killed
 */
export const lockForWriting = async (path: string, aside: string): Promise<Locking> => {
  const [place, identity] = [await placeOf(), await identify(process.pid)];
  const writer: Writer = { pid: process.pid, startTime: identity?.startTime ?? '', place, token: randomUUID() };
  const text = JSON.stringify(writer);
  const beside = `${path}.${writer.token}${aside}`;
  for (;;) {
    if (await created(path, text)) return { kind: 'locked', lock: heldLock(path, text) };
    const [found, silentMs] = [await textOf(path), await ageOf(path, beside)];
    if (found === undefined || silentMs === undefined) continue;
    const by = await holderOf(found, silentMs, place);
    if (by !== undefined) return { kind: 'held', by };
    if (await takeOver(path, found, text, beside, `${path}.turn${aside}`))
      return { kind: 'locked', lock: heldLock(path, text) };
  }
};

const heldLock = (path: string, text: string): WritingLock => {
  const isHeld = async () => (await textOf(path)) === text;
  const signs = setInterval(() => void giveSign(path, text).catch(() => undefined), signEveryMs).unref();
  return {
    isHeld,
    release: async () => {
      clearInterval(signs);
      if (await isHeld()) await rm(path, { force: true });
    },
  };
};

/** Writes what stands there again, so that the disk gives it its time. The file of another is left alone. */
const giveSign = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'r+');
  try {
    if ((await file.readFile('utf8')) === text) await file.write(text, 0);
  } finally {
    await file.close();
  }
};
