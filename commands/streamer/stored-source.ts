import { parseSourceRecord, type SourceRecord } from '../append/checkpoint-text.js';
import { untilAnswered } from '../append/until-answered.js';
import { type IdentifiedSource } from '../source/source.js';
import { type LaneWork } from './lane-work.js';
import { persistenceOf } from './persistence.js';

/** What is stored of a source: its text, which the next append compares, and what that says. */
export interface StoredSource {
  readonly text: string | undefined;
  readonly record: SourceRecord | undefined;
}

/**
 * Reads what is stored of a source, for as long as it takes, and tells what of dropped appends it covers. Throws for
 * what this version does not understand.
 */
export const loadSource = async (
  { id, path }: Pick<IdentifiedSource, 'id' | 'path'>,
  { streaming, dropped, stops }: Pick<LaneWork, 'streaming' | 'dropped' | 'stops'>,
): Promise<StoredSource> => {
  const call = () => streaming.store.readCheckpoint(id, stops.stop);
  const text = await untilAnswered(call, stops.stop, persistenceOf(streaming));
  if (text === undefined) return { text, record: undefined };
  const record = parseSourceRecord(id, text);
  const found = dropped.found(id, record);
  if (found) streaming.report({ kind: 'found-done', path, ...found });
  return { text, record };
};
