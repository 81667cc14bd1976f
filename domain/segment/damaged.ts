/** Thrown inside the decoder only, and turned into a `damaged` fault where decoding begins. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}
