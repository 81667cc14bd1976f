import { KernelRoom } from './kernel-room.js';
import { isWebAssemblyMissing } from './missing.js';
import { type WasmFunction, wasmModule } from './wasm-code.js';

/** Functions in WebAssembly, and the memory in which they work. */
export interface Kernel<Functions> {
  readonly room: KernelRoom;
  readonly code: Functions;
}

const missing =
  'WebAssembly is missing or refused here, and nothing is written to the log without it: do not start Node.js with ' +
  '--jitless, and let the process address a few dozen gigabytes (ulimit -v), of which it uses next to nothing';

const instantiate = <Functions>(functions: readonly WasmFunction[]): Kernel<Functions> => {
  const room = new KernelRoom();
  const module = new WebAssembly.Module(wasmModule(functions, 1));
  const { exports } = new WebAssembly.Instance(module, { env: { memory: room.memory } });
  return { room, code: exports as Functions };
};

/**
 * Functions that work in a memory of their own, and are fast from the first call of a cold process on, while JavaScript
 * would be compiled in the middle of a batch.
 *
 * @throws Error that says what to do on a machine that runs no WebAssembly
 */
export const createKernel = <Functions>(functions: readonly WasmFunction[]): Kernel<Functions> => {
  try {
    return instantiate(functions);
  } catch (error) {
    throw new Error(missing, { cause: error });
  }
};

/** The same, for what can be done without: undefined on a machine that runs no WebAssembly. */
export const kernelIfAny = <Functions>(functions: readonly WasmFunction[]): Kernel<Functions> | undefined => {
  try {
    return instantiate(functions);
  } catch (error) {
    if (isWebAssemblyMissing(error)) return undefined;
    throw error;
  }
};
