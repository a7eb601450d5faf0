const half = 32;
const [sequenceTag, integerTag] = [0x30, 0x02];

/** DER of an unsigned number (X.690 section 8.3): no byte more than it needs, and a zero in front of what would look negative. */
function integer(bytes: Buffer): Buffer {
  let first = 0;
  while (first < half - 1 && bytes[first] === 0) first += 1;
  const number = bytes.subarray(first);
  return number[0] < 0x80 ? number : Buffer.concat([Buffer.of(0), number]);
}

/**
 * The signature of a JWS by ES256, two numbers of 32 bytes (RFC 7518 section 3.4), as `SEQUENCE { r INTEGER, s INTEGER }`. OpenSSL reads
 * both forms, but through Node to verify the first takes it up to twice as long as the other.
 */
export function derSignature(signature: Buffer): Buffer {
  const [r, s] = [integer(signature.subarray(0, half)), integer(signature.subarray(half))];
  return Buffer.concat([Buffer.of(sequenceTag, 4 + r.length + s.length, integerTag, r.length), r, Buffer.of(integerTag, s.length), s]);
}
