import { type ClusterId, type SourceId } from '../../domain/ids.js';
import { Learnt } from './learnt.js';
import { rangedText } from './ranged-text.js';
import { readerOf } from './read-source.js';
import { sourceIdOf } from './source-id.js';
import { readStart, type SourceStart } from './source-start.js';
import { type OpenText, type SourceText, type TextStep } from '../../domain/source-text.js';
import { type SourceOpening, type SourceRefusal } from './source.js';

/** The first data row is number 1. */
const beginning = { offset: 0, row: 1 } as const;

type Begun = { readonly start: SourceStart; readonly over: TextStep['kind'] | undefined } | { readonly broken: string };

/** As many bytes as it takes to know the header and the first record; waits for them where they are still to come. */
const begin = async (text: SourceText, signal: AbortSignal): Promise<Begun> => {
  let held = Buffer.alloc(0);
  for await (const step of text.steps(0, signal)) {
    if (step.kind === 'broken') return { broken: step.message };
    if (step.kind === 'idle') continue;
    if (step.kind !== 'text') return { start: readStart(held, true), over: step.kind };
    held = Buffer.concat([held, step.bytes]);
    const start = readStart(held, false);
    if (start.kind !== 'incomplete') return { start, over: undefined };
  }
  signal.throwIfAborted();
  throw new Error(`${text.path}: the text ended without saying why`);
};

const refused = (path: string, reason: SourceRefusal['reason'], message: string): SourceRefusal => ({
  kind: 'refused',
  reason,
  path,
  message: `${path}: ${message}`,
});

/**
 * Opens a source as far as its identity: reads its header and first record. A followed file that has no row yet is
 * waited for, through replacements.
 *
 * @param knownAs of a text that is known by more than its beginning; by default that of header and first record
 * @throws the signal's reason when it aborts meanwhile
 */
export const openSource = async (
  open: OpenText,
  cluster: ClusterId,
  signal: AbortSignal,
  { id: knownAs }: { readonly id?: SourceId } = {},
): Promise<SourceOpening> => {
  for (;;) {
    const opening = await open(signal);
    if (opening.kind === 'unreadable') return refused(opening.path, 'unreadable', opening.message);
    const { text } = opening;
    const { path } = text;
    const begun = await begin(text, signal);
    if ('broken' in begun) return refused(path, 'unreadable', begun.broken);
    const { start, over } = begun;
    if (start.kind === 'bad-header') return refused(path, 'bad-header', start.problems.join('; '));
    if (start.kind === 'start') {
      const { form, header, firstRecord } = start;
      const id = knownAs ?? sourceIdOf(cluster, header, firstRecord);
      const known = { kind: 'identified', id, cluster, path, form: form.form, columns: form.columns } as const;
      const readable = { text, known: start, start: beginning, learnt: new Learnt() };
      return {
        ...known,
        start: beginning,
        ranged: rangedText(known, readable),
        read: readerOf(readable),
        settled: (offset) => text.settled(offset),
        unsettled: () => text.unsettled(),
      };
    }
    if (over === 'replaced') continue;
    if (start.kind === 'no-rows') return { kind: 'no-rows', path, columns: start.columns };
    return refused(path, 'empty', 'there is nothing in it, not even a header line');
  }
};
