import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyEncryption } from './key-encryption.ts';

/*
 * version (1 byte) | length of the wrapped key (2 bytes) | wrapped key | initialization vector (12) | what is sealed | tag (16)
 */
const version = 1;
const lengthBytes = 2;
const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** Where a sealed value belongs: copied to another row, or to another organization, it does not open. */
export interface SealedPlace {
  table: string;
  id: string;
  org: string;
}

/** Envelope encryption of one field of a row: a data key of its own, wrapped by `KeyEncryption`. */
@Injectable()
export class Envelope {
  constructor(private readonly keyEncryption: KeyEncryption) {}

  async seal(place: SealedPlace, plain: Buffer): Promise<Buffer> {
    const context = contextOf(place);
    const dataKey = randomBytes(keyBytes);
    const head = headOf(await this.keyEncryption.wrap(dataKey, context));
    const iv = randomBytes(ivBytes);
    // The wrapped key is not associated: it is wrapped anew when the key-encryption key changes, and what it opens stays as it is.
    const cipher = createCipheriv('aes-256-gcm', dataKey, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(context));
    return Buffer.concat([head, iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws Error for what was sealed elsewhere, or changed, or when no configured key opens it; the message holds no secret */
  async open(place: SealedPlace, sealed: Buffer): Promise<Buffer> {
    const context = contextOf(place);
    const { wrapped, body } = partsOf(sealed, context);
    const dataKey = await this.keyEncryption.unwrap(wrapped, context);
    const decipher = createDecipheriv('aes-256-gcm', dataKey, body.subarray(0, ivBytes), { authTagLength: tagBytes })
      .setAAD(Buffer.from(context))
      .setAuthTag(body.subarray(-tagBytes));
    return Buffer.concat([decipher.update(body.subarray(ivBytes, -tagBytes)), decipher.final()]);
  }

  /** The same value under the newest key-encryption key; null where it is under that already. Only the data key is wrapped anew. */
  async rewrap(place: SealedPlace, sealed: Buffer): Promise<Buffer | null> {
    const context = contextOf(place);
    const { wrapped, body } = partsOf(sealed, context);
    if (this.keyEncryption.isCurrent(wrapped)) return null;
    const again = await this.keyEncryption.wrap(await this.keyEncryption.unwrap(wrapped, context), context);
    return Buffer.concat([headOf(again), body]);
  }
}

/** Names in a fixed order, each with its own quotes, so that no two places have one text. */
const contextOf = ({ table, id, org }: SealedPlace): string => JSON.stringify([table, id, org]);

function headOf(wrapped: Buffer): Buffer {
  const head = Buffer.alloc(1 + lengthBytes);
  head.writeUInt8(version, 0);
  head.writeUInt16BE(wrapped.length, 1);
  return Buffer.concat([head, wrapped]);
}

function partsOf(sealed: Buffer, context: string): { wrapped: Buffer; body: Buffer } {
  const start = 1 + lengthBytes;
  const end = sealed.length < start ? Infinity : start + sealed.readUInt16BE(1);
  if (sealed[0] !== version || sealed.length < end + ivBytes + tagBytes) throw new Error(`${context} holds no sealed value.`);
  return { wrapped: sealed.subarray(start, end), body: sealed.subarray(end) };
}
