import { open, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Bytes read at once; also how far back the last lines are looked for at first. */
const chunk = 256 * 1024;

const readFrom = async (path: string, from: number, to: number): Promise<Buffer> => {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

export interface Tail {
  readonly lines: readonly string[];
  /** Where to go on: the end of the last whole line. */
  readonly next: number;
}

const wholeLines = async (path: string, from: number, size: number): Promise<Tail> => {
  const bytes = size === from ? Buffer.alloc(0) : await readFrom(path, from, size);
  const end = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes
    .subarray(0, end)
    .toString('utf8')
    .split('\n')
    .slice(from > 0 ? 1 : 0, -1);
  return { lines, next: from + end };
};

/** The last `count` whole lines of a file; none when there is no such file. Reads no more of it than it takes to find them. */
export const lastLines = async (path: string, count: number): Promise<Tail> => {
  const size = await sizeOf(path);
  for (let span = chunk; ; span *= 2) {
    const from = Math.max(0, size - span);
    const { lines, next } = await wholeLines(path, from, size);
    if (from === 0 || lines.length >= count) return { lines: count === 0 ? [] : lines.slice(-count), next };
  }
};

/** Hands on every whole line that is appended after `next`, until aborted; a file that became shorter is read anew. */
export const followLines = async (
  path: string,
  next: number,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  let position = next;
  for (let last = false; !last;) {
    // Once more after the abort, so that what was written before it is not missed.
    last = signal.aborted;
    const size = await sizeOf(path);
    if (size < position) position = 0;
    if (size > position) {
      const bytes = await readFrom(path, position, Math.min(size, position + chunk));
      const whole = bytes.lastIndexOf(0x0a) + 1;
      bytes.subarray(0, whole).toString('utf8').split('\n').slice(0, -1).forEach(onLine);
      // A line longer than what is read at once is passed over.
      position += whole === 0 && bytes.length === chunk ? chunk : whole;
      if (whole > 0) {
        last = false;
        continue;
      }
    }
    if (!last) await pause(200, undefined, { signal }).catch(() => undefined);
  }
};
