import fc from 'fast-check';

/** What means something to some parser of a request. */
const pieces = [
  '\r\n', '\n', '\r', '\0', ' ', '\t', ':', ',', ';', '"', '\\', '{', '}', '[', ']', '\r\n\r\n', '\u000b', '\u0085', '\ufeff',
  'Content-Length: 0\r\n', 'Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: identity\r\n', 'Expect: 100-continue\r\n', 'Connection: close\r\n', 'Connection: content-length\r\n',
  'Upgrade: h2c\r\n', '0\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', 'HTTP/9.9', 'Bearer ', '\\u0000', '\\ud800', 'data: ', 'id: ', '%2e%2e/', '%00',
];

type Mutation = { kind: 'flip' | 'insert' | 'cut' | 'repeat'; at: number; length: number; byte: number; piece: string };

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('flip', 'insert', 'cut', 'repeat'), at: fc.nat(100_000), length: fc.integer({ min: 1, max: 40 }), byte: fc.nat(255), piece: fc.constantFrom(...pieces),
});

function apply(bytes: Buffer, { kind, at, length, byte, piece }: Mutation): Buffer {
  const from = at % (bytes.length + 1);
  const [head, tail] = [bytes.subarray(0, from), bytes.subarray(from)];
  if (kind === 'flip') return Buffer.concat([head, Buffer.from([byte]), tail.subarray(1)]);
  if (kind === 'insert') return Buffer.concat([head, Buffer.from(piece), tail]);
  if (kind === 'cut') return Buffer.concat([head, tail.subarray(length)]);
  return Buffer.concat([head, tail.subarray(0, length), tail]);
}

/** Those bytes, with up to `most` accidents; often with none. */
export const mutilated = (whole: fc.Arbitrary<Buffer>, most = 3): fc.Arbitrary<Buffer> =>
  fc.tuple(whole, fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 3, arbitrary: fc.array(mutation, { maxLength: most }) }))
    .map(([bytes, mutations]) => mutations.reduce(apply, bytes));

/** Bytes in pieces, as a network may bring them. */
export function inPieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length)).filter(({ length }) => length > 0);
}
export const cuts = fc.array(fc.nat(100_000), { maxLength: 4 });
