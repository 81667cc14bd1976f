import { type Instant } from '../../domain/instant.js';
import { clipped } from '../documents/clip.document.js';
import { hostDocument, type HostDocument, hostLimits, hostPath } from '../host/host.document.js';
import { PlainDocuments } from './plain-documents.js';
import { eventsOf, grouped, type LoggedSegment, type PlainEvent, type PlainFold } from './plain-fold.js';
import { minuteStart, tallied } from './plain-tallies.js';

const truncate = (document: HostDocument, { revision }: PlainEvent): HostDocument =>
  document.truncated ? document : { ...document, revision, truncated: true };

const seat = (document: HostDocument, event: PlainEvent): HostDocument => {
  const { device, effective, revision } = event;
  const gpuIndex = clipped(event.series.gpuIndex);
  const at = document.devices.findIndex(([index, uuid]) => index === gpuIndex && uuid === device.uuid);
  if (at < 0 && document.devices.length >= hostLimits.devices) return truncate(document, event);
  if (at >= 0 && effective < document.devices[at]![2]) return document;
  const devices = [...document.devices];
  devices[at < 0 ? devices.length : at] = [gpuIndex, device.uuid, effective];
  return { ...document, revision, devices };
};

const tally = (document: HostDocument, event: PlainEvent): HostDocument => {
  const start = minuteStart(event.effective) as Instant;
  const before = document.minutes.find(([minute]) => minute === start)?.[1] ?? [];
  const after = tallied(before, event);
  if (after === before) return truncate(document, event);
  const others = document.minutes.filter(([minute]) => minute !== start);
  const minutes = [...others, [start, after] as const].sort(([a], [b]) => Number(a - b));
  return { ...document, revision: event.revision, minutes };
};

/** The first of the last two minutes of a host. */
const oldestMinute = ({ watermark }: HostDocument): bigint => minuteStart(watermark) - 60_000_000_000n;

/** A host's events of one segment: first how far they reach, which decides the last two minutes, then each event. */
const fold = (known: HostDocument | undefined, events: readonly PlainEvent[]): HostDocument => {
  const { device, revision, appended } = events[0]!;
  const { cluster, hostname } = device;
  const newest = events.reduce((at, { effective }) => (effective > at ? effective : at), events[0]!.effective);
  const empty = { cluster, hostname, truncated: false, devices: [], minutes: [] };
  let document = known ?? { ...empty, revision, watermark: newest, appended };
  if (newest >= document.watermark) {
    document = { ...document, revision, watermark: newest, appended };
    const minutes = document.minutes.filter(([minute]) => minute >= oldestMinute(document));
    document = { ...document, minutes };
  }
  for (const event of events) {
    document = seat(document, event);
    if (minuteStart(event.effective) >= oldestMinute(document)) document = tally(document, event);
  }
  return document;
};

const byHost = (logged: LoggedSegment): PlainEvent[][] => grouped(eventsOf(logged), ({ device }) => device.hostname);

/** The documents of {@link HostDocument}. */
export const plainHosts = (): PlainFold => {
  const documents = new PlainDocuments(hostDocument);
  return {
    add: (logged) => {
      for (const events of byHost(logged)) {
        const path = hostPath(events[0]!.device.cluster, events[0]!.device.hostname);
        documents.put(path, fold(documents.get(path), events));
      }
    },
    documents: () => documents.stored(),
  };
};
