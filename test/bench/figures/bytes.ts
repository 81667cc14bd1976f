import { rm } from 'node:fs/promises';
import { rowsOf, usualExport, writeBenchExport } from '../bench-import.js';
import { type Figure, type Place } from '../figure.js';
import { importOnce } from '../import-once.js';

/** Bytes that an event takes in the log; they are the same in every round. */
const bytesAnEvent =
  (options: { readonly steps: number; readonly interval: number }, more: readonly string[]) =>
  async (place: Place): Promise<readonly number[]> => {
    const path = await writeBenchExport(place, { ...usualExport, ...options });
    const { bytes, events } = await importOnce(place, path, rowsOf({ ...usualExport, ...options }), more);
    await rm(path);
    place.say(`${String(bytes)} bytes for ${String(events)} events`);
    return [bytes / events];
  };

export const bytesFigures: readonly Figure[] = [
  {
    name: 'bytes-bulk',
    what: 'a file of 494,000 rows in the log',
    ...{ unit: 'bytes an event', better: 'less', atLeast: 0.5, aim: 0.43 },
    measure: bytesAnEvent({ steps: 200, interval: 4 }, []),
  },
  {
    name: 'bytes-live',
    what: 'twenty seconds of 2,470 rows a second, streamed at that pace, in the log',
    ...{ unit: 'bytes an event', better: 'less', atLeast: 6, aim: 4 },
    measure: bytesAnEvent({ steps: 20, interval: 1 }, ['--speed', '1x']),
  },
];
