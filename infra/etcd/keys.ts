import { type LetterPlace } from '../../domain/dead-letter-id.js';
import { ProjectionName } from '../../domain/generation.js';
import { Lane, Partition, Sequence, SourceId } from '../../domain/ids.js';
import { type ModelPart } from '../../domain/read-model.js';
import { decodeName, digits, encodeName, fixedWidth, keysIn, type KeyRange } from './key-path.js';

/** Who announces itself in `members/{role}/{id}`. */
export type Role = 'streamer' | 'collector' | 'gateway';

/** Where a segment stands in the log. */
export interface LogPlace {
  readonly partition: Partition;
  readonly lane: Lane;
  readonly sequence: Sequence;
}

/*
 * Widths of the numbers whose key order must be their own order. Versioned: change with care, the stored log depends
 * on them. Twelve digits of sequence are a thousand segments a second in one lane for thirty years.
 */
const partitionWidth = 2;
const laneWidth = 2;
const sequenceWidth = 12;
const offsetWidth = 16;

const partitionText = (partition: Partition) => fixedWidth(partition, partitionWidth);
const laneText = (lane: Lane) => fixedWidth(lane, laneWidth);
const placePath = ({ partition, lane, sequence }: LogPlace) =>
  `${partitionText(partition)}/${laneText(lane)}/${fixedWidth(sequence, sequenceWidth)}`;
const letterPath = ({ source, offset }: LetterPlace) => `${source}/${fixedWidth(offset, offsetWidth)}`;

type Build = Pick<ModelPart, 'projection' | 'generation'>;
const modelPath = ({ projection, generation }: Build) => `models/${projection}/${String(generation)}/`;

/** From `{source}/{byte offset}`. */
const letterOf = ([source, text, ...rest]: readonly string[]): LetterPlace | undefined => {
  const offset = digits(text, offsetWidth);
  return rest.length === 0 && SourceId.is(source) && offset !== undefined ? { source, offset } : undefined;
};

/**
 * Every key shape of the system, under one prefix that ends in a slash (`/telemetry/` by default). Parsers take a whole
 * key and give undefined for a key that is not of their shape.
 */
export class Keys {
  /** The whole system. */
  readonly everything: KeyRange;

  /** @throws Error when the prefix does not end in a slash */
  constructor(readonly prefix = '/telemetry/') {
    this.everything = keysIn(prefix);
  }

  private folder(path: string): KeyRange {
    return keysIn(`${this.prefix}${path}`);
  }

  /** The parts of a key below `path`, still encoded. */
  private parts(key: string, path: string): readonly string[] {
    const start = `${this.prefix}${path}`;
    return key.startsWith(start) ? key.slice(start.length).split('/') : [];
  }

  /** `log/{partition}/{lane}/{sequence}` */
  segment(place: LogPlace): string {
    return `${this.prefix}log/${placePath(place)}`;
  }
  get log(): KeyRange {
    return this.folder('log/');
  }
  logOfPartition(partition: Partition): KeyRange {
    return this.folder(`log/${partitionText(partition)}/`);
  }
  logOfLane(partition: Partition, lane: Lane): KeyRange {
    return this.folder(`log/${partitionText(partition)}/${laneText(lane)}/`);
  }
  parseSegment(key: string): LogPlace | undefined {
    const [p, l, s, ...rest] = this.parts(key, 'log/');
    const partition = digits(p, partitionWidth);
    const lane = digits(l, laneWidth);
    const sequence = digits(s, sequenceWidth);
    if (rest.length > 0 || !Partition.is(partition) || !Lane.is(lane) || !Sequence.is(sequence)) return undefined;
    return { partition, lane, sequence };
  }

  /** `sources/{source}` */
  source(source: SourceId): string {
    return `${this.prefix}sources/${source}`;
  }
  get sources(): KeyRange {
    return this.folder('sources/');
  }
  parseSource(key: string): SourceId | undefined {
    const [source, ...rest] = this.parts(key, 'sources/');
    return rest.length === 0 && SourceId.is(source) ? source : undefined;
  }

  /** `lanes/{lane}` */
  lane(lane: Lane): string {
    return `${this.prefix}lanes/${laneText(lane)}`;
  }
  get lanes(): KeyRange {
    return this.folder('lanes/');
  }

  /** `dead-letters/{source}/{byte offset}` */
  deadLetter(place: LetterPlace): string {
    return `${this.prefix}dead-letters/${letterPath(place)}`;
  }
  get deadLetters(): KeyRange {
    return this.folder('dead-letters/');
  }
  deadLettersOf(source: SourceId): KeyRange {
    return this.folder(`dead-letters/${source}/`);
  }
  parseDeadLetter(key: string): LetterPlace | undefined {
    return letterOf(this.parts(key, 'dead-letters/'));
  }

  /** `dead-letter-counts/{source}`: what the letters of a split file amount to, range by range. */
  letterCounts(source: SourceId): string {
    return `${this.prefix}dead-letter-counts/${source}`;
  }

  /** `dead-letter-requests/{source}/{byte offset}`: letters that are to be read again. */
  replayRequest(place: LetterPlace): string {
    return `${this.prefix}dead-letter-requests/${letterPath(place)}`;
  }
  get replayRequests(): KeyRange {
    return this.folder('dead-letter-requests/');
  }
  parseReplayRequest(key: string): LetterPlace | undefined {
    return letterOf(this.parts(key, 'dead-letter-requests/'));
  }

  /** `dead-letter-outcomes/{source}/{byte offset}`: what became of a letter. */
  letterOutcome(place: LetterPlace): string {
    return `${this.prefix}dead-letter-outcomes/${letterPath(place)}`;
  }
  get letterOutcomes(): KeyRange {
    return this.folder('dead-letter-outcomes/');
  }
  parseLetterOutcome(key: string): LetterPlace | undefined {
    return letterOf(this.parts(key, 'dead-letter-outcomes/'));
  }

  /** `claims/replays`: which streamer reads letters again. */
  get replayClaim(): string {
    return `${this.prefix}claims/replays`;
  }

  /** `projections/registry`: touched by every reset, switch and cancel, so that retention can compare it. */
  get projectionRegistry(): string {
    return `${this.prefix}projections/registry`;
  }
  get projections(): KeyRange {
    return this.folder('projections/');
  }
  /** `projections/{name}/active` */
  activePointer(projection: ProjectionName): string {
    return `${this.prefix}projections/${projection}/active`;
  }
  parseActivePointer(key: string): ProjectionName | undefined {
    const [projection, active, ...rest] = this.parts(key, 'projections/');
    return rest.length === 0 && active === 'active' && ProjectionName.is(projection) ? projection : undefined;
  }
  /** `projections/{name}/generations/{number}` */
  generation(projection: ProjectionName, generation: number): string {
    return `${this.prefix}projections/${projection}/generations/${String(generation)}`;
  }
  parseGeneration(key: string): { projection: ProjectionName; generation: number } | undefined {
    const [projection, generations, text, ...rest] = this.parts(key, 'projections/');
    const generation = digits(text);
    if (rest.length > 0 || generations !== 'generations') return undefined;
    return ProjectionName.is(projection) && generation !== undefined ? { projection, generation } : undefined;
  }

  /** `models/{projection}/{generation}/…` */
  get models(): KeyRange {
    return this.folder('models/');
  }
  modelOf(generation: Build): KeyRange {
    return this.folder(modelPath(generation));
  }
  /** `models/{projection}/{generation}/checkpoints/{partition}` */
  checkpoint(part: ModelPart): string {
    return `${this.prefix}${modelPath(part)}checkpoints/${partitionText(part.partition)}`;
  }
  checkpointsOf(generation: Build): KeyRange {
    return this.folder(`${modelPath(generation)}checkpoints/`);
  }
  /** `models/{projection}/{generation}/kept`: up to where retention may delete the generation's chunks. */
  keptChunks(generation: Build): string {
    return `${this.prefix}${modelPath(generation)}kept`;
  }
  /** `models/{projection}/{generation}/documents/{partition}/{path…}` */
  document(part: ModelPart, path: readonly string[]): string {
    return `${this.prefix}${modelPath(part)}documents/${partitionText(part.partition)}/${path.map(encodeName).join('/')}`;
  }
  documentsOf(part: ModelPart): KeyRange {
    return this.folder(`${modelPath(part)}documents/${partitionText(part.partition)}/`);
  }
  allDocumentsOf(generation: Build): KeyRange {
    return this.folder(`${modelPath(generation)}documents/`);
  }
  /** A checkpoint's key has no path. */
  parseModel(key: string): { part: ModelPart; path: readonly string[] | undefined } | undefined {
    const [projection, g, kind, p, ...encoded] = this.parts(key, 'models/');
    const generation = digits(g);
    const partition = digits(p, partitionWidth);
    if (!ProjectionName.is(projection) || generation === undefined || !Partition.is(partition)) return undefined;
    const part = { projection, generation, partition };
    if (kind === 'checkpoints') return encoded.length === 0 ? { part, path: undefined } : undefined;
    const path = encoded.map(decodeName).filter((name) => name !== undefined);
    const whole = kind === 'documents' && path.length > 0 && path.length === encoded.length;
    return whole ? { part, path } : undefined;
  }

  /** `members/{role}/{id}` */
  member(role: Role, id: string): string {
    return `${this.prefix}members/${role}/${encodeName(id)}`;
  }
  get members(): KeyRange {
    return this.folder('members/');
  }
  membersOf(role: Role): KeyRange {
    return this.folder(`members/${role}/`);
  }

  /** `claims/{projection}/{generation}/{partition}` */
  claim({ projection, generation, partition }: ModelPart): string {
    return `${this.prefix}claims/${projection}/${String(generation)}/${partitionText(partition)}`;
  }
  get claims(): KeyRange {
    return this.folder('claims/');
  }
  parseClaim(key: string): ModelPart | undefined {
    const [projection, g, p, ...rest] = this.parts(key, 'claims/');
    const generation = digits(g);
    const partition = digits(p, partitionWidth);
    if (rest.length > 0 || !ProjectionName.is(projection) || !Partition.is(partition)) return undefined;
    return generation === undefined ? undefined : { projection, generation, partition };
  }

  /** `claims/sources/{source}`: who reads a source. */
  sourceClaim(source: SourceId): string {
    return `${this.prefix}claims/sources/${source}`;
  }
  get sourceClaims(): KeyRange {
    return this.folder('claims/sources/');
  }
  parseSourceClaim(key: string): SourceId | undefined {
    const [source, ...rest] = this.parts(key, 'claims/sources/');
    return rest.length === 0 && SourceId.is(source) ? source : undefined;
  }

  /** `claims/maintenance`: who does the background work of retention. */
  get maintenanceClaim(): string {
    return `${this.prefix}claims/maintenance`;
  }

  /** `meta/log`: the log's identity. */
  get logIdentity(): string {
    return `${this.prefix}meta/log`;
  }
  /** `meta/segment-version`: the newest version of segments that may stand in the log. */
  get segmentVersion(): string {
    return `${this.prefix}meta/segment-version`;
  }
  /** `meta/maintenance`: what retention found and did last. */
  get maintenanceReport(): string {
    return `${this.prefix}meta/maintenance`;
  }

  /** `meta/trimmed/{partition}`: up to where retention may delete. */
  trimmed(partition: Partition): string {
    return `${this.prefix}meta/trimmed/${partitionText(partition)}`;
  }
  get allTrimmed(): KeyRange {
    return this.folder('meta/trimmed/');
  }
  parseTrimmed(key: string): Partition | undefined {
    const [text, ...rest] = this.parts(key, 'meta/trimmed/');
    const partition = digits(text, partitionWidth);
    return rest.length === 0 && Partition.is(partition) ? partition : undefined;
  }

  /** `meta/quarantined/{partition}/{lane}/{sequence}`: a damaged segment that is passed by. */
  quarantine(place: LogPlace): string {
    return `${this.prefix}meta/quarantined/${placePath(place)}`;
  }
  get quarantined(): KeyRange {
    return this.folder('meta/quarantined/');
  }
}
