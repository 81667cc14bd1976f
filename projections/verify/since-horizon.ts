import { isDeepStrictEqual } from 'node:util';
import { formatInstant, type Instant } from '../../domain/instant.js';
import { minuteDocument } from '../cluster/minute.document.js';
import { watermarkDocument } from '../cluster/watermark.document.js';
import { documentOf, type DocumentFormat } from '../documents/json.document.js';
import { startOf, minuteOf } from '../folding/minutes.js';
import { deviceDocument } from '../gpu/device.document.js';
import { latestDocument } from '../gpu/latest.document.js';
import { healthDocument, type HealthDocument } from '../health/health.document.js';
import { hostDocument } from '../host/host.document.js';
import { type Comparison, type Difference } from '../plain/compare-documents.js';
import { type StoredDocument } from '../projection.js';

/*
 * What the kept end of a log determines of a document by itself, when the events before it are gone. All of those were
 * appended at or before one time, the cut, and so none of them has a later effective time: whatever goes by effective
 * time and is later than the cut depends on kept events alone. The rest of a document cannot be told from them.
 */

/** What of a document is later than a cut. Undefined where that cannot be told. */
type Since = (value: Uint8Array, path: readonly string[], cut: Instant) => unknown;

const byText = ([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number =>
  a < b ? -1 : a > b ? 1 : 0;

const latest: Since = (value, path, cut) => {
  const { devices, truncated } = documentOf(latestDocument, path, value);
  if (truncated) return undefined;
  return devices
    .filter(({ seenAt }) => seenAt > cut)
    .map(({ uuid, gpuIndex, device, container, pod, namespace, seenAt, ...columns }) => {
      const values = columns.metrics
        .map((metric, row) => [metric, columns.values[row], columns.observed[row], columns.effective[row]!] as const)
        .filter(([, , , effective]) => effective > cut);
      return [uuid, gpuIndex, device, container, pod, namespace, seenAt, values.sort(byText)] as const;
    })
    .sort(byText);
};

const host: Since = (value, path, cut) => {
  const { watermark, appended, devices, minutes, truncated } = documentOf(hostDocument, path, value);
  if (truncated) return undefined;
  return {
    watermark: watermark > cut ? [watermark, appended] : undefined,
    devices: devices
      .filter(([, , seenAt]) => seenAt > cut)
      .map(([index, uuid, seenAt]) => [`${index}\0${uuid}`, seenAt] as const)
      .sort(byText),
    minutes: minutes.filter(([start]) => start > startOf(minuteOf(cut))),
  };
};

/** A document whose every event is later than the cut has all of them still. */
const whole =
  <D>(format: DocumentFormat<D>, first: (document: D) => Instant): Since =>
  (value, path, cut) =>
    first(documentOf(format, path, value)) > cut ? Buffer.from(value).toString('utf8') : undefined;

/** The earliest sample that told of anything: no sample before it changed anything. Unknown where sums were left out. */
const firstTold = ({ conditions, truncated }: HealthDocument): Instant =>
  truncated ? (0n as Instant) : conditions.map(({ first }) => first).reduce((a, b) => (a < b ? a : b));

/** By the first part of the path. Chunks are not among them: they are whole or not there. */
const kinds: Readonly<Record<string, Since>> = {
  devices: whole(deviceDocument, ({ first_seen }) => first_seen),
  latest,
  health: whole(healthDocument, firstTold),
  hosts: host,
  watermarks: (value, path, cut) => {
    const { watermark, appended } = documentOf(watermarkDocument, path, value);
    return watermark > cut ? [watermark, appended] : undefined;
  },
  // The minute that the cut lies in has lost events.
  minutes: (value, path, cut) => whole(minuteDocument, ({ minute }) => minute)(value, path, startOf(minuteOf(cut))),
};

/** Kinds that are told as a whole or not at all, by when they begin. */
const toldByStored: ReadonlySet<string> = new Set(['devices', 'health']);

const differenceSince = (expected: StoredDocument, found: StoredDocument | undefined, cut: Instant): Difference[] => {
  const { path } = expected;
  if (!found) return [{ kind: 'missing', path }];
  const since = kinds[path[0]!]!;
  const [wanted, stored] = [since(expected.value, path, cut), since(found.value, path, cut)];
  // What is stored was made from all events, so it alone says what can be told.
  if (stored === undefined && (wanted === undefined || toldByStored.has(path[0]!))) return [];
  if (isDeepStrictEqual(wanted, stored)) return [];
  return [{ kind: 'different', path, expected: shown(wanted), found: shown(stored) }];
};

const shown = (since: unknown): string =>
  JSON.stringify(since, (_, value: unknown) => (typeof value === 'bigint' ? formatInstant(value as Instant) : value)) ??
  'nothing';

/**
 * The documents of a read model against those that the kept end of its log makes, as far as these can tell.
 *
 * @param cut when the newest event that is gone was appended
 */
export const compareSince = (
  expected: Iterable<StoredDocument>,
  found: Iterable<StoredDocument>,
  cut: Instant,
): Comparison => {
  const stored = new Map([...found].map((document) => [JSON.stringify(document.path), document]));
  const wanted = [...expected];
  return {
    compared: wanted.length,
    differences: wanted.flatMap((document) =>
      differenceSince(document, stored.get(JSON.stringify(document.path)), cut),
    ),
  };
};
