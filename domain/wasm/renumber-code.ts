import { asLongAs, type Code, get, i32, set, type WasmFunction, when } from './wasm-code.js';

const forward = (at: number, bytes: number): Code => set(at, i32.add(get(at), i32.of(bytes)));
const entry = (table: number, number: Code): Code => i32.add(get(table), i32.shl(number, i32.of(2)));

/**
 * Numbers anew what the numbers at `at` stand for, in the order in which they first come: `used` then says which number
 * each new one had. Gives back how many there are. `known` has a zero for every number, and has it again at the end.
 */
export const renumberFunction = (): WasmFunction => {
  const [at, count, known, used, end, to, place, number] = [0, 1, 2, 3, 4, 5, 6, 7];
  return {
    name: 'renumber',
    parameters: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32'],
    body: [
      set(end, i32.add(get(at), i32.shl(get(count), i32.of(2)))),
      set(to, get(used)),
      asLongAs(
        i32.below(get(at), get(end)),
        set(place, entry(known, i32.load(get(at)))),
        set(number, i32.load(get(place))),
        when(
          i32.not(get(number)),
          i32.store(get(to), i32.load(get(at))),
          forward(to, 4),
          set(number, i32.shr(i32.sub(get(to), get(used)), i32.of(2))),
          i32.store(get(place), get(number)),
        ),
        i32.store(get(at), i32.sub(get(number), i32.of(1))),
        forward(at, 4),
      ),
      set(number, i32.shr(i32.sub(get(to), get(used)), i32.of(2))),
      asLongAs(
        i32.below(get(used), get(to)),
        i32.store(entry(known, i32.load(get(used))), i32.of(0)),
        forward(used, 4),
      ),
      get(number),
    ],
  };
};
