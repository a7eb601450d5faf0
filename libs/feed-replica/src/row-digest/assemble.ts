/*
 * As much of the binary format of WebAssembly (https://www.w3.org/TR/wasm-core-2/#binary-format) as one function needs: what it is made of
 * is written as nested calls, each of which gives the bytes of an expression.
 */
export type Code = readonly number[];

/** LEB128, unsigned. */
export function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

/** LEB128, signed, of a number that is not negative: its highest bit must not look like a sign. */
function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x3f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

const vector = (opcode: number): Code => [0xfd, ...leb(opcode)];
const binary = (opcode: number) => (one: Code, other: Code): Code => [...one, ...other, ...vector(opcode)];

/** The same 32-bit number in each of four lanes. */
export function splat(word: number): Code {
  const bytes = [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24];
  return [...vector(0x0c), ...bytes, ...bytes, ...bytes, ...bytes];
}

export const and = binary(0x4e);
export const or = binary(0x50);
export const xor = binary(0x51);
const addTwo = binary(0xae);
export const add = (first: Code, ...others: Code[]): Code => others.reduce((sum, one) => addTwo(sum, one), first);
const constant = (value: number): Code => [0x41, ...signedLeb(value)];
export const shiftLeft = (value: Code, bits: number): Code => [...value, ...constant(bits), ...vector(0xab)];
export const shiftRight = (value: Code, bits: number): Code => [...value, ...constant(bits), ...vector(0xad)];
export const rotateRight = (value: Code, bits: number): Code => or(shiftRight(value, bits), shiftLeft(value, 32 - bits));

export const get = (local: number): Code => [0x20, ...leb(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...leb(local)];
/** @param local  holds an address in bytes, a multiple of 16 */
export const load = (local: number, offset: number): Code => [...get(local), ...vector(0x00), 4, ...leb(offset)];
export const store = (local: number, offset: number, value: Code): Code => [...get(local), ...value, ...vector(0x0b), 4, ...leb(offset)];

/** Repeats `body` while the local `at`, which grows by `step` each time, is less than the local `end`. */
export function loopWhileLess({ at, end, step }: { at: number; end: number; step: number }, body: Code): Code {
  const next = [...get(at), ...constant(step), 0x6a, 0x22, ...leb(at), ...get(end), 0x49];
  return [0x03, 0x40, ...body, ...next, 0x0d, 0x00, 0x0b];
}

export interface FunctionShape {
  /** Of 32 bits, numbered from 0. */
  parameters: number;
  /** Of 128 bits, numbered after the parameters; they begin at 0. */
  locals: number;
  pages: number;
}

/** A module with a memory, exported as `memory`, and one function without a result, exported as `run`. */
export function moduleOf({ parameters, locals, pages }: FunctionShape, code: Code): Uint8Array<ArrayBuffer> {
  const i32 = 0x7f;
  const v128 = 0x7b;
  const name = (text: string): Code => [text.length, ...Buffer.from(text, 'latin1')];
  const section = (id: number, ...content: number[]): Code => [id, ...leb(content.length), ...content];
  const body = [1, ...leb(locals), v128, ...code, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, parameters, ...Array<number>(parameters).fill(i32), 0),
    ...section(3, 1, 0),
    ...section(5, 1, 0, ...leb(pages)),
    ...section(7, 2, ...name('memory'), 2, 0, ...name('run'), 0, 0),
    ...section(10, 1, ...leb(body.length), ...body),
  ]);
}
