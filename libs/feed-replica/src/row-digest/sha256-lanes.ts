import { add, and, get, load, loopWhileLess, moduleOf, rotateRight, set, shiftRight, splat, store, xor, type Code } from './assemble.ts';

/** First 32 bits of the fractional part of a root, as FIPS 180-4 takes its constants from the primes. */
const fraction = (root: number): number => Math.floor((root % 1) * 2 ** 32) >>> 0;
const primes: number[] = [];
for (let candidate = 2; primes.length < 64; candidate += 1) if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
/** FIPS 180-4 section 5.3.3 */
const initial = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
/** FIPS 180-4 section 4.2.2 */
const roundConstants = primes.map((prime) => fraction(Math.cbrt(prime)));

export const lanes = 4;
export const blockWords = 16;
/** Words of a group: the first of each of its four blocks, then the second of each, and so on. */
export const groupWords = blockWords * lanes;
const groupBytes = groupWords * 4;
const sumWords = 8 * lanes;

/** Parameters: the address of the first group, the end of the last, and 0, where the sum is. */
const [at, end, zero] = [0, 1, 2];
const scheduleAt = 3;
const stateAt = scheduleAt + blockWords;

const xorAll = (first: Code, ...others: Code[]): Code => others.reduce((sum, one) => xor(sum, one), first);
const rotations = (word: Code, ...bits: number[]): Code[] => bits.map((count) => rotateRight(word, count));

/** FIPS 180-4 section 6.2.2, unrolled: instead of passing on eight variables each round, the names of them move. */
function compress(): Code {
  const word = (number: number): number => scheduleAt + (number % blockWords);
  const code: number[] = [];
  for (let number = 0; number < blockWords; number += 1) code.push(...set(word(number), load(at, number * lanes * 4)));
  initial.forEach((value, number) => code.push(...set(stateAt + number, splat(value))));
  for (let round = 0; round < 64; round += 1) {
    const [a, b, c, d, e, f, g, h] = Array.from({ length: 8 }, (_, number) => stateAt + ((number - round) & 7));
    const choice = xor(get(g), and(get(e), xor(get(f), get(g))));
    const majority = xor(and(get(a), xor(get(b), get(c))), and(get(b), get(c)));
    code.push(...set(h, add(get(h), xorAll(...(rotations(get(e), 6, 11, 25) as [Code])), choice, splat(roundConstants[round]), get(word(round)))));
    code.push(...set(d, add(get(d), get(h))));
    code.push(...set(h, add(get(h), xorAll(...(rotations(get(a), 2, 13, 22) as [Code])), majority)));
    if (round >= 48) continue;
    const [early, late] = [get(word(round + 1)), get(word(round + 14))];
    const [small0, small1] = [xorAll(...(rotations(early, 7, 18) as [Code]), shiftRight(early, 3)), xorAll(...(rotations(late, 17, 19) as [Code]), shiftRight(late, 10))];
    code.push(...set(word(round), add(get(word(round)), small0, get(word(round + 9)), small1)));
  }
  initial.forEach((value, number) => {
    const offset = number * lanes * 4;
    code.push(...store(zero, offset, xor(load(zero, offset), add(get(stateAt + number), splat(value)))));
  });
  return code;
}

interface Exports {
  memory: { buffer: ArrayBuffer };
  run: (from: number, to: number, zero: number) => void;
}

/** As much of it as is used: the types of Node leave it out. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

const pageBytes = 65536;
const pages = 4;
/** How many groups fit behind the sum. */
export const groupLimit = (pages * pageBytes) / groupBytes - 1;

let compiled: object | undefined;

/**
 * SHA-256 of messages of one block each, four at a time, of which only the XOR is kept. The library's own costs 3 us for a message of this
 * size, most of it to get there and back; this costs a tenth of it.
 */
export class Sha256Lanes {
  /** Of all groups that were run: the first words of four digests, then their second words, and so on. */
  readonly sum: Uint32Array;
  readonly groups: Uint32Array;
  private readonly exports: Exports;

  constructor() {
    const shape = { parameters: 3, locals: blockWords + 8, pages };
    compiled ??= new WebAssembly.Module(moduleOf(shape, loopWhileLess({ at, end, step: groupBytes }, compress())));
    this.exports = new WebAssembly.Instance(compiled).exports as Exports;
    this.sum = new Uint32Array(this.exports.memory.buffer, 0, sumWords);
    this.groups = new Uint32Array(this.exports.memory.buffer, groupBytes);
  }

  /** Adds what is in these groups, of which there is at least one. */
  run(from: number, to: number): void {
    this.exports.run((from + 1) * groupBytes, (to + 1) * groupBytes, 0);
  }
}
