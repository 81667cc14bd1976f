import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { inflate, squeeze } from './squeeze.js';

/** A block under way: what is worth compressing, and what is noise and only costs time there. */
export class PartWriter {
  readonly squeezed = new ByteWriter();
  readonly plain = new ByteWriter();

  writeTo(out: ByteWriter): void {
    const plain = this.plain.finish();
    out.varint(plain.length);
    out.raw(plain);
    squeeze(this.squeezed.finish(), out);
  }
}

/** The two parts of a block, each with its own position. */
export class PartReader {
  readonly squeezed: ByteReader;
  readonly plain: ByteReader;

  constructor(input: ByteReader) {
    this.plain = new ByteReader(input.raw(input.varint()));
    this.squeezed = new ByteReader(inflate(input));
  }

  end(): void {
    this.plain.end();
    this.squeezed.end();
  }
}
