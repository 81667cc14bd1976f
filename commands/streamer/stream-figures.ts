import { type Lane } from '../../domain/ids.js';
import { type TextProgress } from '../../domain/source-text.js';
import { type StreamerEvent } from './streamer-event.js';

/** What a streamer has done so far, in sums over its sources. */
export interface StreamFigures {
  readonly rows: number;
  readonly events: number;
  readonly deadLetters: number;
  readonly segments: number;
  /** Of appended values, as sent to etcd. */
  readonly bytes: number;
  readonly appends: number;
  /** Appends whose answer had been lost: a repeat found them done. */
  readonly appliedEarlier: number;
  /** How often everything in flight was dropped because another had the lane or the source. */
  readonly fenced: number;
  /** Why nothing is appended just now. */
  readonly waiting: string | undefined;
  /** The lane that it appends in, and the paths of the sources that it reads now. */
  readonly lane: Lane | undefined;
  readonly reading: ReadonlySet<string>;
  /** How far each source has been read, by path. */
  readonly progress: ReadonlyMap<string, TextProgress>;
}

export const noFigures: StreamFigures = {
  rows: 0,
  events: 0,
  deadLetters: 0,
  segments: 0,
  bytes: 0,
  appends: 0,
  appliedEarlier: 0,
  fenced: 0,
  waiting: undefined,
  lane: undefined,
  reading: new Set(),
  progress: new Map(),
};

export const withEvent = (figures: StreamFigures, event: StreamerEvent): StreamFigures => {
  switch (event.kind) {
    case 'appended':
      return {
        ...figures,
        rows: figures.rows + event.rows,
        events: figures.events + event.events,
        deadLetters: figures.deadLetters + event.deadLetters,
        segments: figures.segments + event.segments,
        bytes: figures.bytes + event.bytes,
        appends: figures.appends + 1,
        appliedEarlier: figures.appliedEarlier + (event.how === 'applied-earlier' ? 1 : 0),
        progress: new Map(figures.progress).set(event.path, event.progress),
      };
    case 'found-done':
      return {
        ...figures,
        rows: figures.rows + event.rows,
        events: figures.events + event.events,
        deadLetters: figures.deadLetters + event.deadLetters,
        appends: figures.appends + event.appends,
        appliedEarlier: figures.appliedEarlier + event.appends,
      };
    case 'fenced':
      return { ...figures, fenced: figures.fenced + 1, lane: event.by === 'lane' ? undefined : figures.lane };
    case 'waiting':
      return { ...figures, waiting: event.message };
    case 'going-on':
      return { ...figures, waiting: undefined };
    case 'lane-claimed':
      return { ...figures, lane: event.lane };
    case 'splitting':
      return { ...figures, progress: new Map(figures.progress).set(event.path, event.progress) };
    case 'reading':
      return { ...figures, reading: new Set(figures.reading).add(event.path) };
    case 'source-over':
      return { ...figures, reading: new Set([...figures.reading].filter((path) => path !== event.path)) };
  }
};

/** Bytes read and to be read of all sources begun; the size is undefined when one of them has none. */
export const totalProgress = ({ progress }: StreamFigures): TextProgress => {
  let readBytes = 0;
  let sizeBytes: number | undefined = 0;
  for (const one of progress.values()) {
    readBytes += one.readBytes;
    sizeBytes = sizeBytes === undefined || one.sizeBytes === undefined ? undefined : sizeBytes + one.sizeBytes;
  }
  return { readBytes, sizeBytes };
};

/** Bytes that are left of the sources which are read now; undefined when one has no size, or nothing of it is read yet. */
export const bytesLeft = ({ reading, progress }: StreamFigures): number | undefined => {
  let left = 0;
  for (const path of reading) {
    const { readBytes = 0, sizeBytes } = progress.get(path) ?? {};
    if (sizeBytes === undefined) return undefined;
    left += Math.max(0, sizeBytes - readBytes);
  }
  return left;
};

/** What a person should read as it happens; undefined for what only moves the figures. */
export const newsOf = (event: StreamerEvent): string | undefined => {
  switch (event.kind) {
    case 'lane-claimed':
      return `appending in lane ${String(event.lane)}`;
    case 'waiting':
      return `waiting: ${event.message}`;
    case 'going-on':
      return 'going on';
    case 'splitting':
      return event.progress.readBytes === 0
        ? `${event.path}: looking for where to split it, so that streamers can share it`
        : undefined;
    case 'reading':
      return `${event.path}: ${beginningText(event)}${event.pass === 0 ? '' : `, pass ${String(event.pass + 1)}`}`;
    case 'fenced':
      return event.by === 'lane'
        ? `${event.path}: the lane was lost; claiming another and reading on from the checkpoint`
        : `${event.path}: another streamer appends this source too; reading on from its checkpoint`;
    case 'source-over':
      return event.message === '' ? `${event.path}: ${outcomeTexts[event.outcome]}` : event.message;
    case 'appended':
    case 'found-done':
      return undefined;
  }
};

const beginningText = ({ range, fromOffset }: StreamerEvent & { readonly kind: 'reading' }): string => {
  if (range !== undefined) {
    return `reading range ${String(range.number)} of ${String(range.of)} from byte ${String(fromOffset)}`;
  }
  return fromOffset === 0 ? 'reading from the beginning' : `going on at byte ${String(fromOffset)}`;
};

const outcomeTexts = {
  done: 'all of it stands in the log',
  'nothing-new': 'all of it stood in the log already',
  'no-rows': 'it has no rows',
  refused: 'it is refused',
  'too-many-dead-letters': 'too many of its rows could not become events',
  'no-place': 'its lane of the log has a hole',
  broken: 'the rest cannot be read',
  stopped: 'stopped before its end',
  replaced: 'another file stands at its path; all of the old one stands in the log',
} as const;
