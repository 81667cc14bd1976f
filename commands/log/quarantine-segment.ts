import { createHash } from 'node:crypto';
import { isRight } from 'fp-ts/lib/Either.js';
import { type Instant } from '../../domain/instant.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type Quarantine } from '../../domain/quarantine.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { faultText } from './walk-log.js';

/** What is decided about a segment that is to be passed by. Only one that cannot be read may be (promise L6). */
export type QuarantineDecision =
  { readonly kind: 'write'; readonly quarantine: Quarantine } | { readonly kind: 'readable'; readonly events: number };

export const decideQuarantine = (entry: LogEntry, reason: string, at: Instant): QuarantineDecision => {
  const decoded = decodeSegment(entry.bytes);
  if (isRight(decoded)) return { kind: 'readable', events: decoded.right.header.events };
  const { key, partition, lane, sequence, revision, bytes } = entry;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const fault = faultText(decoded.left);
  const place = { key, partition, lane, sequence, revision };
  return { kind: 'write', quarantine: { ...place, fault, reason, length: bytes.length, sha256, at } };
};

/** A segment that is passed by, as `--json` of the commands that check the log shows it. */
export interface PassedBy {
  readonly key: string;
  readonly fault: string;
  readonly reason: string;
}

export const passedBy = (quarantines: Iterable<Quarantine>): readonly PassedBy[] =>
  [...quarantines].map(({ key, fault, reason }) => ({ key, fault, reason }));

/** One line for people. */
export const passedByLine = ({ key, fault, reason }: PassedBy): string => `${key} is passed by (${fault}): ${reason}`;
