import { randomUUID } from 'node:crypto';
import { displayNameSchema } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { stage } from '@latchkey/feed-writer';
import { isUniqueViolation } from '@latchkey/postgres';
import { parse, Problem } from '@latchkey/problem';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { byIdentity, recordAudit } from '../audit/record-audit.ts';
import { emailSchema } from './email.ts';
import { hashPassword, newPasswordSchema } from './password.ts';
import { userRecord } from './user-record.ts';
import { UserEntity } from './user.entity.ts';

export const newUserSchema = z.object({
  email: emailSchema,
  name: displayNameSchema,
  password: newPasswordSchema,
  emailVerified: z.boolean().default(false),
});
export type NewUser = z.input<typeof newUserSchema>;

/** Writes a new account and its record. @throws what Postgres says when the address is taken: see `isUniqueViolation` */
export async function insertUser(manager: EntityManager, user: Pick<UserEntity, 'id' | 'email' | 'name' | 'passwordHash' | 'emailVerified'>): Promise<void> {
  const row = { ...user, disabledAt: null, epoch: null };
  await manager.insert(UserEntity, row);
  await stage(manager, userRecord(row));
}

/** Creates an account and tells the gateways of it. */
@Injectable()
export class CreateUser {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param manager  of the caller's transaction; without one, a transaction of its own
   * @throws Problem `conflict` when the address has an account
   */
  async run(input: NewUser, manager?: EntityManager): Promise<{ id: string; email: string }> {
    const { password, ...fields } = parse(newUserSchema, input);
    const row = { id: randomUUID(), ...fields, passwordHash: await hashPassword(password) };
    const insert = async (transaction: EntityManager): Promise<void> => {
      await insertUser(transaction, row);
      await recordAudit(transaction, { org: null, ...byIdentity, action: 'user.created', target: { kind: 'user', id: row.id } });
    };
    try {
      await (manager === undefined ? this.dataSource.transaction(insert) : insert(manager));
    } catch (error) {
      if (isUniqueViolation(error)) throw new Problem('conflict', { detail: 'There is an account with this e-mail address.', cause: error });
      throw error;
    }
    return { id: row.id, email: row.email };
  }
}
