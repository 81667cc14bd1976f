import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** A body as it is sent: made, named and compressed once, however often it is asked for. */
export class PreparedBody {
  readonly bytes: Buffer;
  /** Weak, since the compressed body bears it too. */
  readonly etag: string;
  #compressed: Promise<Buffer> | undefined;

  constructor(
    text: string,
    readonly type = 'application/json',
  ) {
    this.bytes = Buffer.from(text, 'utf8');
    this.etag = `W/"${createHash('sha1').update(this.bytes).digest('base64url')}"`;
  }

  gzip(): Promise<Buffer> {
    return (this.#compressed ??= compress(this.bytes));
  }
}
