const pageBytes = 65_536;
/** Grown by more than is asked for: pages that nobody touches cost nothing. */
const spare = 1.25;

/**
 * The memory of a kernel in WebAssembly, used again call after call, so that columns leave no garbage. Regions are given
 * out one behind the other, and given back all at once. An address is in bytes, of a region a multiple of 8.
 */
export class KernelRoom {
  readonly memory = new WebAssembly.Memory({ initial: 1 });
  /** The whole memory, as bytes, whole numbers and doubles; each is another object after a `take`. */
  bytes = new Uint8Array(0);
  ints = new Uint32Array(0);
  doubles = new Float64Array(0);
  #used = 0;

  constructor() {
    this.#look();
  }

  /** Gives all regions back. */
  clear(): void {
    this.#used = 0;
  }

  /** The address of a region of so many bytes. What stood there before still does. */
  take(bytes: number): number {
    const at = this.#used;
    this.#used += Math.ceil(bytes / 8) * 8;
    if (this.#used > this.bytes.length) this.#grow();
    return at;
  }

  /** As {@link take}, with zeros in it. */
  takeZeros(bytes: number): number {
    const at = this.take(bytes);
    this.bytes.fill(0, at, at + bytes);
    return at;
  }

  /** @throws RangeError when the machine gives no more memory */
  #grow(): void {
    this.memory.grow(Math.ceil((this.#used * spare - this.bytes.length) / pageBytes));
    this.#look();
  }

  #look(): void {
    const { buffer } = this.memory;
    this.bytes = new Uint8Array(buffer);
    this.ints = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }
}
