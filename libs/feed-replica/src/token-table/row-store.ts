import { hashWords } from './hash-words.ts';

/*
 * A row is 16 words of 32 bits, 64 bytes:
 *   0-7  SHA-256 of the token
 *   8    public id, low 32 bits              9   public id, high 16 bits | version, bits 32-47
 *   10   version, low 32 bits                11  policy, 26 bits | version, bits 48-52 (six bits)
 *   12   owner                               13-15  minted, expires, revoked: seconds since 1970, `never` for none
 * A free row has `freeMark` in word 11, and one more than the next free row in word 0.
 */
export const rowWords = 16;
const chunkShift = 14;
const chunkMask = (1 << chunkShift) - 1;
export const rowsPerChunk = 1 << chunkShift;
export const chunkBytes = rowsPerChunk * rowWords * 4;

const policyMask = 0x3ffffff;
const freeMark = 0xffffffff;
const two32 = 2 ** 32;
const two48 = 2 ** 48;

/** Rows and policies are numbered in 26 bits. */
export const rowLimit = policyMask;

/** Stands for "no such time"; a time past the year 2106 is held as one second less, which is the safe side for all three of them. */
export const never = 0xffffffff;

export interface RowContent {
  /** Eight words */
  hash: Uint32Array;
  packedId: number;
  version: number;
  policy: number;
  owner: number;
  mintedAt: number;
  expiresAt: number;
  revokedAt: number;
}

/** Rows in chunks of 1 MiB: growing copies nothing and leaves less than one chunk unused. Removed rows are used again. */
export class RowStore {
  private readonly chunks: Uint32Array<ArrayBufferLike>[] = [];
  private freeHead = 0;
  /** Rows that were ever in use; some of them may be free. */
  length = 0;
  /** Rows in use. */
  live = 0;

  get bytes(): number {
    return this.chunks.length * chunkBytes;
  }

  get isFull(): boolean {
    return this.live === rowLimit;
  }

  /** The caller has seen that it is not full. */
  allocate(): number {
    this.live += 1;
    if (this.freeHead !== 0) {
      const row = this.freeHead - 1;
      this.freeHead = this.chunkOf(row)[this.offsetOf(row)];
      return row;
    }
    if (this.length === this.chunks.length * rowsPerChunk) this.chunks.push(new Uint32Array(rowsPerChunk * rowWords));
    this.length += 1;
    return this.length - 1;
  }

  free(row: number): void {
    const chunk = this.chunkOf(row);
    const at = this.offsetOf(row);
    chunk.fill(0, at, at + rowWords);
    chunk[at] = this.freeHead;
    chunk[at + 11] = freeMark;
    this.freeHead = row + 1;
    this.live -= 1;
  }

  isFree(row: number): boolean {
    return this.chunkOf(row)[this.offsetOf(row) + 11] === freeMark;
  }

  write(row: number, { hash, packedId, version, policy, owner, mintedAt, expiresAt, revokedAt }: RowContent): void {
    const chunk = this.chunkOf(row);
    const at = this.offsetOf(row);
    for (let word = 0; word < hashWords; word += 1) chunk[at + word] = hash[word];
    chunk[at + 8] = packedId;
    chunk[at + 9] = (Math.floor(packedId / two32) & 0xffff) | (Math.floor(version / two32) << 16);
    chunk[at + 10] = version;
    chunk[at + 11] = policy | (Math.floor(version / two48) << 26);
    chunk[at + 12] = owner;
    chunk[at + 13] = mintedAt;
    chunk[at + 14] = expiresAt;
    chunk[at + 15] = revokedAt;
  }

  /** The chunk that holds a row; together with `offsetOf` it is where its words are. */
  chunkOf(row: number): Uint32Array {
    return this.chunks[row >>> chunkShift];
  }

  offsetOf(row: number): number {
    return (row & chunkMask) * rowWords;
  }

  packedId(row: number): number {
    const chunk = this.chunkOf(row);
    const at = this.offsetOf(row);
    return (chunk[at + 9] & 0xffff) * two32 + chunk[at + 8];
  }

  version(row: number): number {
    const chunk = this.chunkOf(row);
    const at = this.offsetOf(row);
    return (chunk[at + 11] >>> 26) * two48 + (chunk[at + 9] >>> 16) * two32 + chunk[at + 10];
  }

  policy(row: number): number {
    return this.chunkOf(row)[this.offsetOf(row) + 11] & policyMask;
  }

  owner(row: number): number {
    return this.chunkOf(row)[this.offsetOf(row) + 12];
  }

  mintedAt(row: number): number {
    return this.chunkOf(row)[this.offsetOf(row) + 13];
  }

  expiresAt(row: number): number {
    return this.chunkOf(row)[this.offsetOf(row) + 14];
  }

  revokedAt(row: number): number {
    return this.chunkOf(row)[this.offsetOf(row) + 15];
  }

  setRevokedAt(row: number, seconds: number): void {
    this.chunkOf(row)[this.offsetOf(row) + 15] = seconds;
  }

  get chunkCount(): number {
    return this.chunks.length;
  }

  /** The used bytes of one chunk as they are in memory, in the byte order of this machine; a view, not a copy. */
  chunkImage(chunk: number): Uint8Array {
    const rows = Math.min(this.length - chunk * rowsPerChunk, rowsPerChunk);
    return new Uint8Array(this.chunks[chunk].buffer, 0, rows * rowWords * 4);
  }

  /**
   * Takes the image of one chunk behind those that are there, and with it the memory that it is in; what it marks as free is free here too.
   * @throws RangeError when it is no image of rows, or when the last chunk is not full
   */
  appendImage(image: Uint8Array): void {
    const rows = image.length / (rowWords * 4);
    if (!Number.isInteger(rows) || rows > rowsPerChunk || this.length !== this.chunks.length * rowsPerChunk) {
      throw new RangeError('not an image of a chunk');
    }
    this.chunks.push(chunkOver(image));
    const first = this.length;
    this.length += rows;
    for (let row = first; row < this.length; row += 1) {
      this.live += 1;
      if (this.isFree(row)) this.free(row);
    }
  }
}

/** A full image that has its memory for itself is the chunk; another one is copied to the beginning of a chunk. */
function chunkOver(image: Uint8Array): Uint32Array {
  if (image.length === chunkBytes && image.buffer.byteLength === chunkBytes) return new Uint32Array(image.buffer);
  const chunk = new Uint32Array(rowsPerChunk * rowWords);
  new Uint8Array(chunk.buffer).set(image);
  return chunk;
}
