import { loadEnv } from '@latchkey/service';
import { Problem } from '@latchkey/problem';
import { openPostgres } from '@latchkey/postgres';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { disableUser, enableUser } from '../accounts/disable-user.ts';
import { emailSchema } from '../accounts/email.ts';
import { isUserId } from '../accounts/user-id.ts';
import { UserEntity } from '../accounts/user.entity.ts';
import type { AuditAuthor } from '../audit/record-audit.ts';
import { entities } from '../storage.ts';

const envSchema = z.object({ DATABASE_URL: z.string().min(1) });

/** Whoever can reach the database runs the deployment: there is no account to name. */
const byOperator: AuditAuthor = { actor: { kind: 'service', id: 'operator' }, credential: null };

export const usage = `Usage: npm run users -- show|disable|enable <e-mail address or user id>

  show      whether there is such an account, and its state
  disable   nobody signs in to it any more, and every token, key and connected program of it ends at once
  enable    opens it again; what it had before stays dead
`;

async function find(dataSource: DataSource, text: string): Promise<UserEntity> {
  const email = emailSchema.safeParse(text);
  const where = isUserId(text) ? { id: text } : email.success ? { email: email.data } : null;
  const user = where === null ? null : await dataSource.manager.findOneBy(UserEntity, where);
  if (user === null) throw new Problem('not_found', { detail: `There is no account ${text}.` });
  return user;
}

const state = ({ deletedAt, disabledAt }: UserEntity): string => (deletedAt !== null ? 'deleted' : disabledAt !== null ? 'disabled' : 'enabled');

/**
 * What an operator does with accounts, from a shell beside the database. The change goes to the gateways through the outbox, which the
 * running identity service empties.
 * @returns what to print
 * @throws Problem for what cannot be done, EnvironmentError without DATABASE_URL
 */
export async function operateUsers(args: readonly string[], source: Record<string, string | undefined>): Promise<string> {
  const [act = '', text] = args;
  if (!['show', 'disable', 'enable'].includes(act) || text === undefined || args.length !== 2) throw new Problem('invalid_request', { detail: usage });
  const dataSource = await openPostgres({ url: loadEnv(envSchema, source).DATABASE_URL, schema: 'identity', entities, migrations: [], poolSize: 1 });
  try {
    const { id } = await find(dataSource, text);
    if (act === 'disable') await dataSource.transaction((manager) => disableUser(manager, id, byOperator));
    if (act === 'enable') await dataSource.transaction((manager) => enableUser(manager, id, byOperator));
    const user = await dataSource.manager.findOneByOrFail(UserEntity, { id });
    return `${user.id}  ${user.email}  ${state(user)}\n`;
  } finally {
    await dataSource.destroy();
  }
}
