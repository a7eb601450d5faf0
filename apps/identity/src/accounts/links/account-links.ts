import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, In, type EntityManager } from 'typeorm';
import { MasterKey } from '../../keys/master-key.ts';
import { AccountLinkEntity, type LinkPurpose } from './account-link.entity.ts';
import { linkContents, type LinkContent } from './link-contents.ts';

const hour = 3600;
const lifetimeSeconds: Record<LinkPurpose, number> = { sign_up: 24 * hour, password_reset: hour, email_change: 24 * hour, email_undo: 7 * 24 * hour };

export interface FoundLink<P extends LinkPurpose> {
  /** Null where there is no account yet. */
  userId: string | null;
  content: LinkContent<P>;
  createdAt: Date;
}

interface Row {
  userId: string | null;
  sealed: Buffer;
  createdAt: Date;
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Links that are mailed: 256 random bits, good once and for a while. */
@Injectable()
export class AccountLinks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly masterKey: MasterKey,
  ) {}

  /** @returns the token, which is kept nowhere else */
  async issue<P extends LinkPurpose>(manager: EntityManager, purpose: P, userId: string | null, content: LinkContent<P>): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const tokenHash = hashOf(token);
    const sealed = this.masterKey.seal(this.nameOf(tokenHash), Buffer.from(JSON.stringify(linkContents[purpose].parse(content))));
    await manager.query(
      'INSERT INTO account_links (token_hash, purpose, user_id, sealed, expires_at) VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))',
      [tokenHash, purpose, userId, sealed, lifetimeSeconds[purpose]],
    );
    return token;
  }

  /** Looks at a link and leaves it as it is. @returns null for one that was used, has expired, or never was */
  async find<P extends LinkPurpose>(purpose: P, token: string): Promise<FoundLink<P> | null> {
    const rows = await this.dataSource.query<Row[]>(
      'SELECT user_id AS "userId", sealed, created_at AS "createdAt" FROM account_links WHERE token_hash = $1 AND purpose = $2 AND expires_at > clock_timestamp()',
      [hashOf(token), purpose],
    );
    return this.read(purpose, token, rows[0]);
  }

  /** Uses a link up, in the transaction of what it brings about: of any number of attempts at once, one gets it. */
  async use<P extends LinkPurpose>(manager: EntityManager, purpose: P, token: string): Promise<FoundLink<P> | null> {
    const [rows] = await manager.query<[Row[], number]>(
      'DELETE FROM account_links WHERE token_hash = $1 AND purpose = $2 AND expires_at > clock_timestamp() RETURNING user_id AS "userId", sealed, created_at AS "createdAt"',
      [hashOf(token), purpose],
    );
    return this.read(purpose, token, rows[0]);
  }

  /** Ends what is still on its way to an account's holder. */
  async end(manager: EntityManager, userId: string, purposes: readonly LinkPurpose[]): Promise<void> {
    await manager.delete(AccountLinkEntity, { userId, purpose: In(purposes) });
  }

  private read<P extends LinkPurpose>(purpose: P, token: string, row: Row | undefined): FoundLink<P> | null {
    if (row === undefined) return null;
    const plain: unknown = JSON.parse(this.masterKey.open(this.nameOf(hashOf(token)), row.sealed).toString());
    return { userId: row.userId, content: linkContents[purpose].parse(plain) as LinkContent<P>, createdAt: row.createdAt };
  }

  private nameOf(tokenHash: Buffer): string {
    return `account-link:${tokenHash.toString('hex')}`;
  }
}
