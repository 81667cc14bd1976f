import { type Device } from '../../domain/device.js';
import { encodeSamples } from '../../domain/segment/encode.js';
import { type Samples } from '../../domain/segment/segment.js';
import { type DocumentChange } from '../projection.js';
import { chunkDocument, type ChunkDocument, chunkEvents, fitsChunk } from './chunk.document.js';
import { chunkPath } from './chunk-path.document.js';
import { mergeSamples } from './merge-samples.document.js';
import { type OpenRun } from './open-run.document.js';
import { pickSamples } from './pick-samples.js';

type Run = Pick<ChunkDocument, 'from' | 'revision'>;

const between = (samples: Samples, from: number, to: number): Samples =>
  pickSamples(
    samples,
    Uint32Array.from({ length: to - from }, (_, i) => from + i),
  );

/** Samples in parts of at most `chunkEvents`, which fit chunks. */
const partsOf = (samples: Samples): readonly Samples[] => {
  const events = samples.values.length;
  if (events <= chunkEvents) return halved(samples);
  const starts = Array.from({ length: Math.ceil(events / chunkEvents) }, (_, part) => part * chunkEvents);
  return starts.flatMap((start) => halved(between(samples, start, Math.min(start + chunkEvents, events))));
};

const halved = (samples: Samples): readonly Samples[] => {
  if (fitsChunk(samples)) return [samples];
  const events = samples.values.length;
  const middle = Math.ceil(events / 2);
  return [between(samples, 0, middle), between(samples, middle, events)].flatMap(halved);
};

const chunkOf = ({ cluster, hostname, uuid }: Device, run: Run, samples: Samples, part: number): ChunkDocument => ({
  ...{ ...run, cluster, hostname, uuid, part },
  first: samples.times[0]!.at,
  last: samples.times.at(-1)!.at,
  events: samples.values.length,
  body: encodeSamples(samples),
});

/** What one device gave a run, and the chunks of that. */
interface ChunksOfDevice {
  readonly events: number;
  readonly changes: readonly DocumentChange[];
}

/** The chunks of an ended run, device by device, each made when it is asked for. */
export function* chunksOfRun(run: OpenRun): Generator<ChunksOfDevice, void, undefined> {
  const bounds = { from: run.from!, revision: run.through! };
  for (const device of run.devices()) {
    const samples = run.samplesOf(device)!;
    const changes = partsOf(mergeSamples([samples])).map((part, number) => {
      const chunk = chunkOf(device, bounds, part, number);
      return { path: chunkPath(chunk), value: chunkDocument.encode(chunk) };
    });
    yield { events: samples.values.length, changes };
  }
}
