import { rowStatement } from '@latchkey/postgres';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { UnitOfWork, type Statement } from '../provider/unit-of-work.ts';
import { isUserId } from './user-id.ts';
import { UserEntity } from './user.entity.ts';

/** An account as the OAuth engine wants it. */
export interface Account {
  [key: string]: unknown;
  accountId: string;
  claims(): Promise<{ [key: string]: unknown; sub: string; email: string; email_verified: boolean; name: string }>;
}

/** What the engine's look at an account reads. */
export interface AccountRow {
  id: string;
  email: string;
  emailVerified: boolean;
  name: string;
}

export const accountById: Statement = {
  name: 'account-by-id',
  text: 'SELECT id, email, email_verified AS "emailVerified", name FROM users WHERE id = $1 AND disabled_at IS NULL',
};

/** The engine's look at an account; a disabled one is as good as none. */
@Injectable()
export class FindAccount {
  private readonly byId: Statement;
  private readonly byEmail: Statement;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    dataSource: DataSource,
  ) {
    this.byId = rowStatement(dataSource, UserEntity, 'user-by-id', 'id = $1');
    this.byEmail = rowStatement(dataSource, UserEntity, 'user-by-email', 'email = $1');
  }

  async find(sub: string): Promise<Account | undefined> {
    const user = await this.row(sub);
    if (user === null) return undefined;
    return {
      accountId: user.id,
      claims: () => Promise.resolve({ sub: user.id, email: user.email, email_verified: user.emailVerified, name: user.name }),
    };
  }

  /** @returns null for an unknown or disabled user, and for what is no user id at all */
  async row(id: string): Promise<AccountRow | null> {
    return isUserId(id) ? ((await this.unitOfWork.look<AccountRow>(accountById, [id]))[0] ?? null) : null;
  }

  /** The same with everything about the user. */
  async user(id: string): Promise<UserEntity | null> {
    if (!isUserId(id)) return null;
    const user = (await this.unitOfWork.look<UserEntity>(this.byId, [id]))[0] ?? null;
    return user === null || user.disabledAt !== null ? null : user;
  }

  /** @param email  as it is kept; @returns a disabled one, too: who compares passwords takes as long for it as for any other */
  async withEmail(email: string): Promise<UserEntity | null> {
    return (await this.unitOfWork.look<UserEntity>(this.byEmail, [email]))[0] ?? null;
  }
}
