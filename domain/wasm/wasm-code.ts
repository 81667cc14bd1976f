/*
 * As much of WebAssembly's binary format as a few small modules need (WebAssembly Core Specification, chapter 5). An
 * expression is its bytes: what it takes from the stack is given to it as expressions that stand in front of it.
 */

export type Code = readonly (number | Code)[];
/** 32-bit and 64-bit integers, doubles, sixteen bytes. */
export type ValueType = 'i32' | 'i64' | 'f64' | 'v128';

const valueTypes: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b };
const noResult = 0x40;
const end = 0x0b;

/** LEB128, unsigned and signed. */
const unsigned = (value: number): Code => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
};
const signed = (value: number): Code => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest < -64 || rest > 63; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest & 0x7f];
};

/** A module is made once, before anything has run twice: V8's own loop is many times as fast then as one of ours. */
const bytesOf = (code: Code): Code & readonly number[] => (code as readonly unknown[]).flat(Infinity) as number[];

const counted = (items: readonly Code[]): Code => [unsigned(items.length), items];
const sized = (code: Code): Code => {
  const bytes = bytesOf(code);
  return [unsigned(bytes.length), bytes];
};
const text = (name: string): Code => sized([...Buffer.from(name, 'utf8')]);

const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [a, b, opcode];
const unary =
  (opcode: number) =>
  (a: Code): Code => [a, opcode];
/** Alignment is a hint: none is promised. */
const reading =
  (...opcode: Code) =>
  (address: Code, offset = 0): Code => [address, opcode, 0, unsigned(offset)];
const writing =
  (opcode: number) =>
  (address: Code, value: Code, offset = 0): Code => [address, value, opcode, 0, unsigned(offset)];

export const i32 = {
  of: (value: number): Code => [0x41, signed(value)],
  load: reading(0x28),
  byte: reading(0x2d),
  store: writing(0x36),
  storeByte: writing(0x3a),
  not: unary(0x45),
  eq: binary(0x46),
  ne: binary(0x47),
  lt: binary(0x48),
  below: binary(0x49),
  gt: binary(0x4a),
  above: binary(0x4b),
  le: binary(0x4c),
  ge: binary(0x4e),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: binary(0x74),
  shr: binary(0x76),
  /** The lower half. */
  fromI64: unary(0xa7),
} as const;

export const i64 = {
  of: (value: number): Code => [0x42, signed(value)],
  load: reading(0x29),
  store: writing(0x37),
  zero: unary(0x50),
  lt: binary(0x53),
  above: binary(0x56),
  fromI32: unary(0xad),
  /** Of a whole number in its range: anything else traps. */
  fromF64: unary(0xb0),
  /** The bits of a double. */
  bitsOf: unary(0xbd),
  leadingZeros: unary(0x79),
  trailingZeros: unary(0x7a),
  add: binary(0x7c),
  sub: binary(0x7d),
  mul: binary(0x7e),
  and: binary(0x83),
  or: binary(0x84),
  xor: binary(0x85),
  shl: binary(0x86),
  shrSigned: binary(0x87),
  shr: binary(0x88),
} as const;

export const f64 = {
  of: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  load: reading(0x2b),
  store: writing(0x39),
  eq: binary(0x61),
  ne: binary(0x62),
  lt: binary(0x63),
  fromI32: unary(0xb8),
  fromI64: unary(0xb9),
  abs: unary(0x99),
  neg: unary(0x9a),
  /** To the nearest whole number, of two as near to the even one. */
  nearest: unary(0x9e),
  add: binary(0xa0),
  sub: binary(0xa1),
  mul: binary(0xa2),
  div: binary(0xa3),
} as const;

export const sixteen = {
  load: reading(0xfd, 0),
  /** All of them one byte. */
  of: (byte: Code): Code => [byte, 0xfd, 0x0f],
  /** Of each byte whether it is the same: all of its bits or none. */
  eq: (a: Code, b: Code): Code => [a, b, 0xfd, 0x23],
  or: (a: Code, b: Code): Code => [a, b, 0xfd, 0x50],
  any: (a: Code): Code => [a, 0xfd, 0x53],
  all: (a: Code): Code => [a, 0xfd, 0x63],
  /** A bit of each byte, the first byte's the lowest. */
  bits: (a: Code): Code => [a, 0xfd, 0x64],
} as const;

/** Sixteen bytes at an address are those at another. */
export const sameSixteen = (a: Code, b: Code): Code => sixteen.all(sixteen.eq(sixteen.load(a), sixteen.load(b)));

/** Copies bytes, which may overlap. */
export const copy = (to: Code, from: Code, bytes: Code): Code => [to, from, bytes, 0xfc, 0x0a, 0, 0];
/** Makes bytes all the same. */
export const fillBytes = (at: Code, byte: Code, bytes: Code): Code => [at, byte, bytes, 0xfc, 0x0b, 0];

export const get = (local: number): Code => [0x20, local];
export const set = (local: number, value: Code): Code => [value, 0x21, local];
export const call = (name: number, ...args: readonly Code[]): Code => [args, 0x10, name];
export const giveBack = (value: Code): Code => [value, 0x0f];
export const when = (condition: Code, ...then: readonly Code[]): Code => [condition, 0x04, noResult, then, end];
export const whenElse = (condition: Code, then: readonly Code[], otherwise: readonly Code[]): Code => [
  ...[condition, 0x04, noResult, then],
  ...[0x05, otherwise, end],
];
/** Again and again as long as the condition holds. Inside, `leave` ends it: by how many blocks it is away. */
export const asLongAs = (condition: Code, ...body: readonly Code[]): Code => [
  ...[0x02, noResult, 0x03, noResult],
  ...[condition, 0x45, 0x0d, 1],
  ...[body, 0x0c, 0, end, end],
];
/** @param depth 1 from the body of `asLongAs` itself, one more for each `when` around */
export const leave = (depth: number): Code => [0x0c, depth];

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  /** Beside the parameters, and numbered behind them. */
  readonly locals: readonly ValueType[];
  /** Leaves an i32, its result. */
  readonly body: readonly Code[];
}

const section = (id: number, content: Code): Code => [id, sized(content)];

/** The bytes of a module that takes its memory as `env.memory` and gives out all of its functions. */
export const wasmModule = (functions: readonly WasmFunction[], memoryPages: number): Uint8Array<ArrayBuffer> => {
  const types = functions.map(({ parameters }): Code => [
    ...[0x60, counted(parameters.map((type) => [valueTypes[type]]))],
    counted([[valueTypes.i32]]),
  ]);
  const memory: Code = [text('env'), text('memory'), 0x02, 0x00, unsigned(memoryPages)];
  const exported = functions.map(({ name }, at): Code => [text(name), 0x00, at]);
  const bodies = functions.map(({ locals, body }): Code => {
    return sized([counted(locals.map((type): Code => [1, valueTypes[type]])), body, end]);
  });
  const code: Code = [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, counted(types)),
    section(2, counted([memory])),
    section(3, counted(functions.map((_, at) => [at]))),
    section(7, counted(exported)),
    section(10, counted(bodies)),
  ];
  return Uint8Array.from(bytesOf(code));
};
