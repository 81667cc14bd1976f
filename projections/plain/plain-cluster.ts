import { type Instant } from '../../domain/instant.js';
import { minuteDocument, type MinuteDocument, minutePath } from '../cluster/minute.document.js';
import { watermarkDocument, type WatermarkDocument, watermarkPath } from '../cluster/watermark.document.js';
import { PlainDocuments } from './plain-documents.js';
import { eventsOf, type PlainEvent, type PlainFold } from './plain-fold.js';
import { minuteStart, tallied } from './plain-tallies.js';

const reach = (known: WatermarkDocument | undefined, event: PlainEvent): WatermarkDocument => {
  const { revision, effective: watermark, appended, device } = event;
  return known && watermark < known.watermark ? known : { revision, cluster: device.cluster, watermark, appended };
};

/** The documents of {@link WatermarkDocument}. */
export const plainWatermarks = (): PlainFold => {
  const documents = new PlainDocuments(watermarkDocument);
  return {
    add: (logged) => {
      for (const event of eventsOf(logged)) {
        const path = watermarkPath(event.device.cluster);
        documents.put(path, reach(documents.get(path), event));
      }
    },
    documents: () => documents.stored(),
  };
};

const count = (document: MinuteDocument, event: PlainEvent): MinuteDocument => {
  const { revision } = event;
  const tallies = tallied(document.tallies, event);
  if (tallies !== document.tallies) return { ...document, revision, tallies };
  return document.truncated ? document : { ...document, revision, truncated: true };
};

/** The documents of {@link MinuteDocument}. */
export const plainMinutes = (): PlainFold => {
  const documents = new PlainDocuments(minuteDocument);
  return {
    add: (logged) => {
      for (const event of eventsOf(logged)) {
        const { cluster } = event.device;
        const minute = minuteStart(event.effective) as Instant;
        const path = minutePath(cluster, minute);
        const empty = { revision: event.revision, cluster, minute, truncated: false, tallies: [] };
        documents.put(path, count(documents.get(path) ?? empty, event));
      }
    },
    documents: () => documents.stored(),
  };
};
