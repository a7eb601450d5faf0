import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/*
 * A snapshot file is a header and parts, nothing else:
 *   header  magic (8) | format (4) | byte order (4) | key id (8) | file id (16, random)
 *   part    length of the content (4) | kind (1) | nonce (12, random) | AES-256-GCM of the content | tag (16)
 * The data that each part is authenticated with is the whole header, the number of the part, its kind and its length: a part is good
 * for one place of one file. The last part is of kind `end`, so that a file that was cut off is not taken for a shorter one.
 *
 * Nonces are random under one key: at a snapshot of 100 parts every minute, 2^32 of them (NIST SP 800-38D section 8.3) last 80 years.
 */
const magic = Buffer.from('LKREPLCA', 'latin1');
/** Changes with every change of the file, or of what the rows mean. */
export const snapshotFormat = 2;
export const headerBytes = 40;
const partHeadBytes = 5 + 12;
const tagBytes = 16;
export const partOverheadBytes = partHeadBytes + tagBytes;
/** Rows are written as they are in memory, so a file belongs to machines of one byte order. */
const byteOrder = Buffer.from(new Uint32Array([0x01020304]).buffer);

export const partKinds = { meta: 1, rows: 2, owners: 3, policies: 4, records: 5, end: 6 } as const;
export type PartKind = keyof typeof partKinds;
const kindNames = Object.fromEntries(Object.entries(partKinds).map(([name, number]) => [number, name])) as Record<number, PartKind | undefined>;

/** No part is larger; a length beyond this is damage, found before any memory is set aside for it. */
export const maxPartBytes = 16 * 1024 * 1024;

/** Tells "another key" from "damaged", and nothing about the key. */
const keyIdOf = (key: Uint8Array): Buffer => createHmac('sha256', key).update('latchkey snapshot key id').digest().subarray(0, 8);

export function makeHeader(key: Uint8Array): Buffer {
  const format = Buffer.alloc(4);
  format.writeUInt32BE(snapshotFormat);
  return Buffer.concat([magic, format, byteOrder, keyIdOf(key), randomBytes(16)]);
}

/** What speaks against reading a file with this header; null when nothing does. */
export function refuseHeader(header: Buffer, key: Uint8Array): 'not-a-snapshot' | 'other-format' | 'other-byte-order' | 'other-key' | null {
  if (!header.subarray(0, 8).equals(magic)) return 'not-a-snapshot';
  if (header.readUInt32BE(8) !== snapshotFormat) return 'other-format';
  if (!header.subarray(12, 16).equals(byteOrder)) return 'other-byte-order';
  return header.subarray(16, 24).equals(keyIdOf(key)) ? null : 'other-key';
}

function associatedData(header: Buffer, number: number, head: Buffer): Buffer {
  const place = Buffer.alloc(4);
  place.writeUInt32BE(number);
  return Buffer.concat([header, place, head.subarray(0, 5)]);
}

/** @param number  of the part in its file, from 0 */
export function sealPart(key: Uint8Array, header: Buffer, number: number, kind: PartKind, content: Uint8Array): Buffer[] {
  const head = Buffer.alloc(partHeadBytes);
  head.writeUInt32BE(content.length);
  head.writeUInt8(partKinds[kind], 4);
  randomBytes(12).copy(head, 5);
  const cipher = createCipheriv('aes-256-gcm', key, head.subarray(5));
  cipher.setAAD(associatedData(header, number, head));
  return [head, cipher.update(content), cipher.final(), cipher.getAuthTag()];
}

/** Length and kind that a part claims to have, by its first 17 bytes; null when no part begins like this. */
export function readPartHead(head: Buffer): { kind: PartKind; sealedBytes: number } | null {
  const length = head.readUInt32BE(0);
  const kind = kindNames[head.readUInt8(4)];
  return kind === undefined || length > maxPartBytes ? null : { kind, sealedBytes: length + tagBytes };
}
export const partHeadLength = partHeadBytes;

/** @throws when anything about the part is not as it was sealed */
export function openPart(key: Uint8Array, header: Buffer, number: number, head: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, head.subarray(5), { authTagLength: tagBytes });
  decipher.setAAD(associatedData(header, number, head));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const content = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
  decipher.final();
  return content;
}
