import { asLongAs, type Code, get, giveBack, i32, set, type WasmFunction, when, whenElse } from '../wasm/wasm-code.js';

/* UUIDs by the hundred, in WebAssembly; see `uuid.ts`. */

/** The characters of a UUID, and a bit for each place where a hyphen stands. */
const uuidCharacters = 36;
const hyphens = (1 << 8) | (1 << 13) | (1 << 18) | (1 << 23);

/**
 * Packs the UUIDs in the texts of `stride` bytes each that stand at `at`, so many bytes behind their beginnings, to
 * `out`. Gives back 0 where one is not in its canonical form, in lower case, or has not the same around it as the first.
 */
export const uuidsFunction = (): WasmFunction => {
  const [at, count, stride, before, out, first, end, from, place, byte, digits] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const other = giveBack(i32.of(0));
  const forward = (local: number): Code => set(local, i32.add(get(local), i32.of(1)));
  const add = (digit: Code): Code => set(digits, i32.or(i32.shl(get(digits), i32.of(4)), digit));
  return {
    name: 'uuids',
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    body: [
      set(first, get(at)),
      set(end, i32.add(get(at), i32.mul(get(count), get(stride)))),
      asLongAs(
        i32.below(get(at), get(end)),
        set(from, i32.of(0)),
        // A digit in front of two others tells that they make a byte.
        set(digits, i32.of(1)),
        asLongAs(
          i32.below(get(from), get(stride)),
          set(byte, i32.byte(i32.add(get(at), get(from)))),
          set(place, i32.sub(get(from), get(before))),
          whenElse(
            i32.below(get(place), i32.of(uuidCharacters)),
            [
              whenElse(
                i32.and(i32.shr(i32.of(hyphens), get(place)), i32.below(get(place), i32.of(32))),
                [when(i32.ne(get(byte), i32.of(0x2d)), other)],
                [
                  whenElse(
                    i32.below(i32.sub(get(byte), i32.of(0x30)), i32.of(10)),
                    [add(i32.sub(get(byte), i32.of(0x30)))],
                    [
                      when(i32.not(i32.below(i32.sub(get(byte), i32.of(0x61)), i32.of(6))), other),
                      add(i32.sub(get(byte), i32.of(0x57))),
                    ],
                  ),
                  when(
                    i32.above(get(digits), i32.of(0xff)),
                    i32.storeByte(get(out), get(digits)),
                    forward(out),
                    set(digits, i32.of(1)),
                  ),
                ],
              ),
            ],
            [when(i32.ne(get(byte), i32.byte(i32.add(get(first), get(from)))), other)],
          ),
          forward(from),
        ),
        set(at, i32.add(get(at), get(stride))),
      ),
      i32.of(1),
    ],
  };
};
