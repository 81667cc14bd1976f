import { type SourceId } from '../../domain/ids.js';
import { parseSourceRecord, type SourceRecord } from '../append/checkpoint-text.js';
import { untilAnswered } from '../append/until-answered.js';
import { persistenceOf } from './persistence.js';
import { type Streaming } from './streaming.js';

/** What is stored of a source: its text, which the next append compares, and what that says. */
export interface StoredSource {
  readonly text: string | undefined;
  readonly record: SourceRecord | undefined;
}

/** Reads what is stored of a source, for as long as it takes. Throws for what this version does not understand. */
export const loadSource = async (
  source: SourceId,
  streaming: Pick<Streaming, 'store' | 'pause' | 'report'>,
  signal: AbortSignal,
): Promise<StoredSource> => {
  const call = () => streaming.store.readCheckpoint(source, signal);
  const text = await untilAnswered(call, signal, persistenceOf(streaming));
  return { text, record: text === undefined ? undefined : parseSourceRecord(source, text) };
};
