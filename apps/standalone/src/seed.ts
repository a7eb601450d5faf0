import { randomBytes } from 'node:crypto';
import type { Seed } from '@latchkey/identity';
import type { StandaloneEnv } from './env.ts';

export const org = 'acme';
export const project = 'main';
export const demo = 'demo';

/**
 * Puts in what a newcomer needs: an account, an organization, a project, and a server to call.
 * @returns the password, where this start made one
 */
export async function seed(into: Seed, env: StandaloneEnv, demoUrl: string): Promise<string | undefined> {
  const password = env.LATCHKEY_ADMIN_PASSWORD ?? randomBytes(12).toString('base64url');
  const created = await into.admin({ email: env.LATCHKEY_ADMIN_EMAIL, password, org, project });
  await into.server({ org, project, slug: demo, name: 'Demo', url: demoUrl, listed: true });
  return created && env.LATCHKEY_ADMIN_PASSWORD === undefined ? password : undefined;
}
