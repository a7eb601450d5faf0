import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { compileCache, repository } from './repository.ts';

type Owner = 'identity' | 'keys';

/**
 * A database as a deployment has it: roles of their own for the services and for the owners of the schemas, which alone migrate.
 * @param adminUrl  of an empty database, as its administrator
 * @returns the URLs for the services, with passwords in them
 */
export async function prepareDatabase(adminUrl: string): Promise<Record<Owner, string>> {
  const urlOf = (role: string, password: string): string => Object.assign(new URL(adminUrl), { username: role, password }).href;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(readFileSync(join(repository, 'deploy/postgres/roles.sql'), 'utf8'));
    const login = async (role: string): Promise<string> => {
      const password = randomBytes(12).toString('hex');
      await admin.query(`ALTER ROLE ${role} PASSWORD '${password}'`);
      return urlOf(role, password);
    };
    const urls = { identity: await login('latchkey_identity'), keys: await login('latchkey_keys') };
    const migrate = async (service: Owner): Promise<unknown> => {
      const env = { PATH: process.env['PATH'], ...compileCache, DATABASE_URL: await login(`latchkey_${service}_owner`) };
      return promisify(execFile)(process.execPath, [join(repository, `apps/${service}/dist/commands/${service}-migrate.js`)], { env });
    };
    await Promise.all([migrate('identity'), migrate('keys')]);
    return urls;
  } finally {
    await admin.end();
  }
}
