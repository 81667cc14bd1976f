import { Damaged } from './damaged.js';
import { type PartReader, type PartWriter } from './parts.js';

const size = 8;

/*
 * Values that no decimals give back: the bits of each double (IEEE 754, binary64) exclusive-or those of the one before
 * it, the first one's with zero, as eight byte planes, lowest byte first.
 */

export const writeDoubles = ({ squeezed }: PartWriter, values: Float64Array): void => {
  const planes = squeezed.room(values.length * size);
  const now = new DataView(new ArrayBuffer(size));
  const before = new Uint8Array(size);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new RangeError(`the value ${values[i]} is not a finite number`);
    now.setFloat64(0, values[i]!, true);
    for (let plane = 0; plane < size; plane++) {
      const byte = now.getUint8(plane);
      planes[plane * values.length + i] = byte ^ before[plane]!;
      before[plane] = byte;
    }
  }
};

export const readDoubles = ({ squeezed }: PartReader, into: Float64Array): void => {
  const planes = squeezed.raw(into.length * size);
  const now = new DataView(new ArrayBuffer(size));
  for (let i = 0; i < into.length; i++) {
    for (let plane = 0; plane < size; plane++)
      now.setUint8(plane, now.getUint8(plane) ^ planes[plane * into.length + i]!);
    into[i] = now.getFloat64(0, true);
    if (!Number.isFinite(into[i])) throw new Damaged('a value that is not a finite number');
  }
};
