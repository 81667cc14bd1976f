/** Whether an error says that WebAssembly, its vectors of 16 bytes or memory for it are missing on this machine. */
export const isWebAssemblyMissing = (error: unknown): boolean =>
  error instanceof ReferenceError || error instanceof WebAssembly.CompileError || error instanceof RangeError;
