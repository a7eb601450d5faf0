import { randomFillSync } from 'node:crypto';
import type { PatRecord } from '@latchkey/contracts';
import { HashIndex } from './hash-index.ts';
import { readHash43, readHashBytes, writeHash43 } from './hash-words.ts';
import { IdIndex } from './id-index.ts';
import { Interned, plainStrings } from './interned.ts';
import { policyKey, readPolicy, type Policy } from './policy.ts';
import { packPublicId, publicIdLimit, unpackPublicId } from './public-id.ts';
import { never, RowStore, type RowContent } from './row-store.ts';
import { StringIndex } from './string-index.ts';

export interface TokenTableOptions<Compiled> {
  /** Makes of a policy what requests need of it; called once per distinct policy. */
  compile?: (policy: Policy) => Compiled;
  /** Two random words; only tests choose them. */
  seed?: Uint32Array;
}

const rowsPerTurn = 1 << 16;

const held = (seconds: number | null): number => (seconds === null ? never : Math.min(seconds, never - 1));
const told = (seconds: number): number | null => (seconds === never ? null : seconds);

/**
 * Every personal access token that the keys service has spoken of: about 75 bytes each, found in about 100 ns by hash or by public id.
 *
 * `find...` answer with a row number, or -1. A row number is good until the next change of the table, so it is used at once and never
 * kept. Revoked and expired tokens are found too: the caller says which it is.
 */
export class TokenTable<Compiled = undefined> {
  /** Parts, for what writes and reads snapshots. */
  readonly rows = new RowStore();
  readonly policies: Interned<{ key: string; policy: Policy; compiled: Compiled }>;
  readonly owners: Interned<string>;
  private readonly byHash: HashIndex;
  private readonly byId: IdIndex;
  private readonly content: RowContent;

  constructor({ compile, seed = randomFillSync(new Uint32Array(2)) }: TokenTableOptions<Compiled> = {}) {
    this.policies = new Interned({
      make: (key) => {
        const policy = readPolicy(key);
        return { key, policy, compiled: compile?.(policy) as Compiled };
      },
      // Not made from the policy again: whoever reads a text may put it in another order.
      keyOf: ({ key }) => key,
    });
    this.owners = new Interned(plainStrings, (ownerAt) => new StringIndex(ownerAt, seed));
    this.byHash = new HashIndex(this.rows, seed);
    this.byId = new IdIndex(this.rows, seed);
    const hash = new Uint32Array(8);
    this.content = { hash, packedId: 0, version: 0, policy: 0, owner: 0, mintedAt: 0, expiresAt: never, revokedAt: never };
  }

  get size(): number {
    return this.rows.live;
  }

  /** Bytes of rows and indexes; interned owners and policies come on top. */
  get bytes(): number {
    return this.rows.bytes + this.byHash.bytes + this.byId.bytes;
  }

  /** Grows with whatever may change what is found here. */
  changes = 0;

  /** Slots that one growth of an index moves at most: the longest that an insertion can take. */
  get largestMove(): number {
    return Math.max(this.byHash.largestSegment, this.byId.largestSegment);
  }

  /** @param hash43  base64url of SHA-256 over the whole token. Hot path: no allocation. */
  find(hash43: string): number {
    return readHash43(hash43, this.byHash.key) ? this.byHash.find() : -1;
  }

  /** @param hash  the 32 bytes of SHA-256 over the whole token. Hot path: no allocation. */
  findBytes(hash: Uint8Array): number {
    return readHashBytes(hash, this.byHash.key) ? this.byHash.find() : -1;
  }

  findId(id: string): number {
    const packedId = packPublicId(id);
    return packedId < 0 ? -1 : this.byId.find(packedId);
  }

  policyOf(row: number): Policy {
    return this.policies.valueOf(this.rows.policy(row)).policy;
  }

  compiledOf(row: number): Compiled {
    return this.policies.valueOf(this.rows.policy(row)).compiled;
  }

  ownerOf(row: number): string {
    return this.owners.valueOf(this.rows.owner(row));
  }

  idOf(row: number): string {
    return unpackPublicId(this.rows.packedId(row));
  }

  versionOf(row: number): number {
    return this.rows.version(row);
  }

  mintedAtOf(row: number): number {
    return this.rows.mintedAt(row);
  }

  expiresAtOf(row: number): number | null {
    return told(this.rows.expiresAt(row));
  }

  revokedAtOf(row: number): number | null {
    return told(this.rows.revokedAt(row));
  }

  /** The record of a row, made anew: it does not change with the table. */
  recordOf(row: number): PatRecord {
    return {
      kind: 'pat', id: this.idOf(row), hash: writeHash43(this.rows.chunkOf(row), this.rows.offsetOf(row)), owner: this.ownerOf(row),
      ...this.policyOf(row), mintedAt: this.mintedAtOf(row), expiresAt: this.expiresAtOf(row), revokedAt: this.revokedAtOf(row),
    };
  }

  /** All rows in use. A row that is added or removed meanwhile may or may not be among them. */
  *liveRows(): Generator<number> {
    for (let row = 0; row < this.rows.length; row += 1) if (!this.rows.isFree(row)) yield row;
  }

  /**
   * Takes a record, unless the version held is as high. A revocation once known stays, at the earlier of the two times.
   * @returns whether it was news
   * @throws RangeError when no token can be like this: the id is not eight base62 characters, the hash not 32 bytes of base64url, the
   *   version no positive integer, or another token has the very same hash; or when the table is full. It is then as it was.
   */
  apply(record: PatRecord, version: number): boolean {
    const packedId = packPublicId(record.id);
    if (packedId < 0) throw new RangeError('not a public id');
    if (!Number.isSafeInteger(version) || version < 1) throw new RangeError('not a version');
    if (!readHash43(record.hash, this.byHash.key)) throw new RangeError('not a SHA-256');
    const known = this.byId.find(packedId);
    if (known !== -1 && this.rows.version(known) >= version) return false;
    const sameHash = this.byHash.find();
    if (sameHash !== -1 && sameHash !== known) throw new RangeError('another token has this hash');

    this.changes += 1;
    if (known === -1 && this.rows.isFull) throw new RangeError('the token table is full');

    const { content } = this;
    content.hash.set(this.byHash.key);
    content.packedId = packedId;
    content.version = version;
    content.mintedAt = held(record.mintedAt);
    content.expiresAt = held(record.expiresAt);
    content.revokedAt = held(record.revokedAt);
    content.policy = this.policies.acquire(policyKey(record));
    content.owner = this.owners.acquire(record.owner);
    if (known === -1) this.add();
    else this.replace(known, sameHash === -1);
    return true;
  }

  /** Marks a token as revoked at its present version. @returns false when it is unknown, or known as revoked then or earlier */
  revoke(id: string, atSeconds: number): boolean {
    const row = this.findId(id);
    if (row === -1 || this.rows.revokedAt(row) <= held(atSeconds)) return false;
    this.changes += 1;
    this.rows.setRevokedAt(row, held(atSeconds));
    return true;
  }

  /** Forgets a token, its version and its revocation with it: only for what can never be delivered again. */
  remove(id: string): boolean {
    const row = this.findId(id);
    if (row === -1) return false;
    this.changes += 1;
    this.byHash.remove(row);
    this.byId.remove(row);
    this.policies.release(this.rows.policy(row));
    this.owners.release(this.rows.owner(row));
    this.rows.free(row);
    return true;
  }

  private add(): void {
    const row = this.rows.allocate();
    this.rows.write(row, this.content);
    this.byHash.insert(row);
    this.byId.insert(row);
  }

  private replace(row: number, hashChanges: boolean): void {
    this.content.revokedAt = Math.min(this.content.revokedAt, this.rows.revokedAt(row));
    this.policies.release(this.rows.policy(row));
    this.owners.release(this.rows.owner(row));
    if (hashChanges) this.byHash.remove(row);
    this.rows.write(row, this.content);
    if (hashChanges) this.byHash.insert(row);
  }

  /**
   * Takes the rows that came as images, once what they refer to is there. Images that were taken while the table changed may hold a token
   * twice: the higher version stays.
   * @throws RangeError when a row is not one that this table could have written
   */
  async adoptRows(): Promise<void> {
    const { rows } = this;
    this.changes += 1;
    const isIn = (row: number): boolean => !rows.isFree(row);
    for (let row = 0; row < rows.length; row += 1) {
      if (row % rowsPerTurn === 0) await new Promise(setImmediate);
      if (!isIn(row)) continue;
      if (rows.packedId(row) >= publicIdLimit || rows.version(row) < 1) throw new RangeError('not a row');
      this.policies.use(rows.policy(row));
      this.owners.use(rows.owner(row));
    }
    await this.byId.build(rows.length, isIn, (held, row) => this.settleTwins(held, row));
    await this.byHash.build(rows.length, isIn, () => {
      throw new RangeError('two tokens with one hash');
    });
  }

  private settleTwins(one: number, other: number): number {
    const [newer, older] = this.rows.version(one) >= this.rows.version(other) ? [one, other] : [other, one];
    this.rows.setRevokedAt(newer, Math.min(this.rows.revokedAt(newer), this.rows.revokedAt(older)));
    this.policies.release(this.rows.policy(older));
    this.owners.release(this.rows.owner(older));
    this.rows.free(older);
    return newer;
  }
}
