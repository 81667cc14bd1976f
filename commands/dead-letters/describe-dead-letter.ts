import { DeadLetter } from '../../domain/dead-letter.js';
import { formatInstant } from '../../domain/instant.js';
import { deadLetterId } from './dead-letter-id.js';

/** One line of `telemetry dead-letters list`. */
export const deadLetterLine = (letter: DeadLetter): string =>
  `${deadLetterId(letter)}  ${letter.path}, row ${String(letter.row)}: ${letter.reasons.join('; ')}`;

/** A dead letter as the commands' `--json` gives it: as stored, with its id. */
export const deadLetterJson = (letter: DeadLetter): unknown => ({
  id: deadLetterId(letter),
  ...DeadLetter.encode(letter),
});

/** All there is to know, for people; the record last, as it stood. */
export const deadLetterText = (letter: DeadLetter): readonly string[] => [
  `${deadLetterId(letter)}`,
  `  file    ${letter.path}, byte ${String(letter.offset)}, row ${String(letter.row)}`,
  `  kept    ${formatInstant(letter.at)}`,
  ...letter.reasons.map((reason) => `  reason  ${reason}`),
  letter.raw === null
    ? `  record  ${String(letter.length)} bytes, too long to be kept; SHA-256 ${letter.sha256}`
    : `  record  ${visible(Buffer.from(letter.raw, 'base64').toString('utf8'))}`,
];

/** Control characters would confuse a terminal. */
const visible = (text: string): string => {
  const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.replace(/\p{Cc}/gu, escape);
};
