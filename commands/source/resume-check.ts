import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { stretchOf } from './covered-text.js';
import { type SourceStart } from './source-start.js';
import { type Stretch } from './read-block.js';
import { type LentRoom, type SourceText, type TextStep } from '../../domain/source-text.js';
import { type SourceRefusal } from './source.js';

/** What is known of a text up to a byte of it: the beginning of that, and the end. */
export type Known = Pick<SourceCheckpoint, 'path' | 'offset' | 'first' | 'last'>;

export interface FoundAgain {
  readonly kind: 'found';
  readonly first: Uint8Array;
  readonly last: Uint8Array;
  /** From the checkpoint's offset on. */
  readonly steps: AsyncIterableIterator<TextStep>;
  /** To be called by who does not read them. */
  close(): Promise<void>;
}

interface Taken {
  readonly bytes: Uint8Array;
  /** What the last step held beyond them; valid until the next is asked for. */
  readonly rest: Uint8Array;
  /** The step that was not text and came too early. */
  readonly stopped: TextStep | undefined;
}

/** The next `length` bytes. A pause before they have come means that they are not there. */
const take = async (steps: AsyncIterableIterator<TextStep>, length: number, waits: boolean): Promise<Taken> => {
  const bytes = Buffer.allocUnsafeSlow(length);
  let [taken, rest]: [number, Uint8Array] = [0, Buffer.alloc(0)];
  while (taken < length) {
    const next = await steps.next();
    if (next.done === true) return { bytes: bytes.subarray(0, taken), rest, stopped: undefined };
    if (next.value.kind === 'text') {
      const added = next.value.bytes.subarray(0, length - taken);
      bytes.set(added, taken);
      taken += added.length;
      rest = next.value.bytes.subarray(added.length);
    } else if (next.value.kind !== 'idle' || !waits) {
      return { bytes: bytes.subarray(0, taken), rest, stopped: next.value };
    }
  }
  return { bytes, rest, stopped: undefined };
};

const isStretch = (bytes: Uint8Array, stretch: Stretch): boolean =>
  bytes.length === stretch.length && stretchOf(bytes).sha256 === stretch.sha256;

async function* withRest(
  rest: Uint8Array,
  steps: AsyncIterableIterator<TextStep>,
): AsyncGenerator<TextStep, void, undefined> {
  try {
    if (rest.length > 0) yield { kind: 'text', bytes: rest };
    yield* steps;
  } finally {
    // Who leaves at the rest has not come to the steps, which hold the file.
    await steps.return?.();
  }
}

/** Standard input pauses while its writer thinks; a file that pauses before bytes that were read before is too short. */
const waitsIn = (text: SourceText): boolean => text.progress().sizeBytes === undefined;

const unreadable = ({ path }: SourceText, message: string): SourceRefusal => ({
  kind: 'refused',
  reason: 'unreadable',
  path,
  message: `${path}: ${message}`,
});

const refusal = (text: SourceText, from: Known, difference: string): SourceRefusal => ({
  kind: 'refused',
  reason: 'other-content',
  path: text.path,
  message:
    `${text.path} begins like ${from.path}, of which ${String(from.offset)} bytes have been appended, but ${difference}. ` +
    'Give the file that was read before; a changed copy of it is a source of its own when its first row differs.',
});

/**
 * The refusal of a text for a new pass that is not the one which the pass before has covered: what that pass refused
 * is not kept again, so that of another text rows would be lost. What comes only once cannot be looked through first.
 */
export const otherThan = async (
  text: SourceText,
  before: Known,
  start: number,
  signal: AbortSignal,
): Promise<SourceRefusal | undefined> => {
  if (text.unsettled() !== undefined) return undefined;
  const again = await findAgain(text, before, start, signal);
  if (again.kind === 'refused') return again;
  await again.close();
  return undefined;
};

/** Whether a stretch stands in a text at a byte of it. */
export const standsAt = async (
  text: SourceText,
  at: number,
  stretch: Stretch,
  signal: AbortSignal,
): Promise<'stands' | 'differs' | SourceRefusal> => {
  const steps = text.steps(at, signal, { atFirst: stretch.length });
  const { bytes, stopped } = await take(steps, stretch.length, waitsIn(text));
  await steps.return?.();
  signal.throwIfAborted();
  if (stopped?.kind === 'broken') return unreadable(text, stopped.message);
  return isStretch(bytes, stretch) ? 'stands' : 'differs';
};

/** Whether the first record is the one that was read before, at the same place. */
export const beginsAs = async (
  text: SourceText,
  { headerBytes, firstRecord }: Pick<SourceStart & { readonly kind: 'start' }, 'headerBytes' | 'firstRecord'>,
  signal: AbortSignal,
): Promise<boolean> => {
  const length = headerBytes + firstRecord.length;
  const steps = text.steps(0, signal, { atFirst: length });
  const { bytes } = await take(steps, length, false);
  await steps.return?.();
  signal.throwIfAborted();
  return Buffer.compare(bytes.subarray(headerBytes), firstRecord) === 0;
};

/**
 * Whether a text is the one that a checkpoint was written for (promise S2): what the checkpoint covers begins and ends
 * with the same bytes. A text that has grown since is.
 *
 * @param start where that begins: the first byte of the text, or of a range
 */
export const findAgain = async (
  text: SourceText,
  from: Known,
  start: number,
  signal: AbortSignal,
  lent?: LentRoom,
): Promise<FoundAgain | SourceRefusal> => {
  const waits = waitsIn(text);
  const beginning = text.steps(start, signal, { atFirst: from.first.length });
  const first = await take(beginning, from.first.length, waits);
  await beginning.return?.();
  text.settled(from.offset);
  const wishes = { lent, atFirst: from.last.length };
  const steps = text.steps(from.offset - from.last.length, signal, wishes);
  const last = await take(steps, from.last.length, waits);
  // It has stopped at a step, and holds the file and what was lent.
  if (signal.aborted) await steps.return?.();
  signal.throwIfAborted();
  if (isStretch(first.bytes, from.first) && isStretch(last.bytes, from.last)) {
    const close = async () => void (await steps.return?.());
    return { kind: 'found', first: first.bytes, last: last.bytes, steps: withRest(last.rest, steps), close };
  }
  await steps.return?.();
  const stopped = [first.stopped, last.stopped].find((step) => step?.kind === 'broken');
  if (stopped?.kind === 'broken') return unreadable(text, stopped.message);
  const isShorter = first.bytes.length < from.first.length || last.bytes.length < from.last.length;
  return refusal(text, from, isShorter ? 'it is shorter than that' : 'what follows differs');
};
