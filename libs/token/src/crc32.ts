const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/**
 * CRC-32 (RFC 1952 section 8) of the first `end` characters of a text of ASCII. Hot path: a token is too short for what it takes to hand it to
 * the library.
 */
export function crc32Of(text: string, end: number): number {
  let rest = 0xffffffff;
  for (let at = 0; at < end; at += 1) rest = (rest >>> 8) ^ (table[(rest ^ text.charCodeAt(at)) & 0xff] as number);
  return (rest ^ 0xffffffff) >>> 0;
}
