import { type GatheredEnd } from './gather.js';

/** How the streaming of a source came to its end. Only `done`, `nothing-new` and `no-rows` are successes. */
export interface SourceOutcome {
  readonly kind:
    /** Everything stands in the log. */
    | 'done'
    /** Everything stood in the log before. */
    | 'nothing-new'
    /** A header and nothing else. */
    | 'no-rows'
    /** Not a source, or not the one that its checkpoint is of. */
    | 'refused'
    | 'too-many-dead-letters'
    /** What could be read stands in the log; the rest cannot be read. */
    | 'broken'
    /** Told to stop. */
    | 'stopped'
    /** Followed, and another file stands at its path: all of this one stands in the log. */
    | 'replaced';
  /** For people; empty when there is nothing to add. */
  readonly message: string;
}

/** @param sent whether this streamer appended anything of the source */
export const outcomeOf = (end: GatheredEnd, path: string, sent: boolean): SourceOutcome => {
  switch (end.kind) {
    case 'ended':
      return { kind: sent ? 'done' : 'nothing-new', message: '' };
    case 'replaced':
      return { kind: 'replaced', message: '' };
    case 'aborted':
      return { kind: 'stopped', message: path === standardInput ? unread(end.heldBytes) : '' };
    case 'broken':
      return { kind: 'broken', message: end.message };
    case 'too-many-dead-letters':
      return { kind: 'too-many-dead-letters', message: tooMany(end, path) };
  }
};

/** Its path in messages and checkpoints. */
export const standardInput = 'standard input';

/** Standard input cannot be read again (promise S1). */
const unread = (bytes: number): string =>
  bytes === 0 ? '' : `${String(bytes)} bytes were read from standard input and not appended`;

const tooMany = ({ block, limit }: Extract<GatheredEnd, { kind: 'too-many-dead-letters' }>, path: string): string => {
  const [first] = block.rejected;
  const what = first === undefined ? '' : `; row ${String(first.row)}: ${first.reasons.join(', ')}`;
  return (
    `${path} is stopped before byte ${String(block.from)}: more than ${limit}${what}. ` +
    'See `telemetry dead-letters list`; mend the file, or raise --max-dead-letters to go on from there.'
  );
};
