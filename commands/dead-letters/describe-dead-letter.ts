import { DeadLetter } from '../../domain/dead-letter.js';
import { DeadLetterOutcome, type LetterState, ReplayRequest } from '../../domain/dead-letter-outcome.js';
import { formatInstant } from '../../domain/instant.js';
import { visible } from '../../domain/visible-text.js';
import { deadLetterId } from '../../domain/dead-letter-id.js';

/** `open`: nothing was decided. `requested`: a streamer is to read it again. `refused`: it was, and is still no event. */
export type LetterStanding = 'open' | 'requested' | 'refused' | 'replayed' | 'discarded';

export const standingOf = ({ request, outcome }: LetterState): LetterStanding => {
  if (outcome !== undefined) return outcome.kind;
  if (request === undefined) return 'open';
  return request.refused.length > 0 ? 'refused' : 'requested';
};

/** One line of `telemetry dead-letters list`. */
export const deadLetterLine = (state: LetterState): string => {
  const { letter } = state;
  const standing = standingOf(state);
  const shown = standing === 'open' ? '' : ` [${standing}]`;
  const { path, row, reasons } = letter;
  return `${deadLetterId(letter)}  ${visible(`${path}, row ${String(row)}: ${reasons.join('; ')}`)}${shown}`;
};

/** A dead letter as the commands' `--json` gives it: as stored, with its id and what became of it. */
export const deadLetterJson = (state: LetterState): unknown => ({
  id: deadLetterId(state.letter),
  ...DeadLetter.encode(state.letter),
  state: standingOf(state),
  ...(state.request && { request: ReplayRequest.encode(state.request) }),
  ...(state.outcome && { outcome: DeadLetterOutcome.encode(state.outcome) }),
});

/** All there is to know, for people; the record last, as it stood. */
export const deadLetterText = (state: LetterState): readonly string[] => {
  const { letter } = state;
  return [
    `${deadLetterId(letter)}`,
    `  file    ${visible(letter.path)}, byte ${String(letter.offset)}, row ${String(letter.row)}`,
    `  kept    ${formatInstant(letter.at)}`,
    ...letter.reasons.map((reason) => `  reason  ${visible(reason)}`),
    ...standingLines(state),
    letter.raw === null
      ? `  record  ${String(letter.length)} bytes, too long to be kept; SHA-256 ${letter.sha256}`
      : `  record  ${visible(Buffer.from(letter.raw, 'base64').toString('utf8'))}`,
  ];
};

const standingLines = ({ request, outcome }: LetterState): readonly string[] => {
  const set = (outcome?.kind === 'replayed' ? outcome.set : (request?.set ?? [])).map(
    ([column, text]) => `  set     ${column} to ${visible(text)}`,
  );
  if (outcome?.kind === 'discarded')
    return [`  state   discarded ${formatInstant(outcome.at)}: ${visible(outcome.reason)}`];
  if (outcome !== undefined) {
    return [`  state   replayed ${formatInstant(outcome.at)}: ${String(outcome.events)} events`, ...set];
  }
  if (request === undefined) return [];
  const refused = request.refused.map((reason) => `  refused ${visible(reason)}`);
  const asked = `  state   replay asked for ${formatInstant(request.at)}`;
  return [refused.length === 0 ? `${asked}; no streamer has done it yet` : asked, ...set, ...refused];
};
