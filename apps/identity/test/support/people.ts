import type { OrgRole, ProjectRole } from '@latchkey/contracts';
import { CreateUser } from '../../src/accounts/create-user.ts';
import { AddMember } from '../../src/organizations/add-member.ts';
import { CreateOrganization } from '../../src/organizations/create-organization.ts';
import { CreateProject } from '../../src/organizations/create-project.ts';
import type { TestIdentity } from './identity.ts';

export interface Person {
  id: string;
  email: string;
  password: string;
}

/** Somebody with an account, and with a role where one is given. */
export async function person({ running: { app } }: TestIdentity, email: string, role?: { org: string; role: OrgRole; projects?: Record<string, ProjectRole> }): Promise<Person> {
  const password = `a password of ${email}`;
  const { id } = await app.get(CreateUser).run({ email, password, name: email, emailVerified: true });
  if (role !== undefined) await app.get(AddMember).run({ userId: id, ...role });
  return { id, email, password };
}

/** An organization of somebody else, with a project and a server. */
export async function tenant({ running }: TestIdentity, slug: string, owner: Person): Promise<void> {
  await running.app.get(CreateOrganization).run({ slug, name: slug, owner: owner.id });
  await running.app.get(CreateProject).run({ org: slug, slug: 'main', name: 'Main' });
  await running.seed.server({ org: slug, project: 'main', slug: `${slug}-server`, name: slug, url: 'http://127.0.0.1:9/mcp' });
}

export async function userId({ dataSource }: TestIdentity, email: string): Promise<string> {
  return (await dataSource.query<{ id: string }[]>('SELECT id FROM users WHERE email = $1', [email]))[0]!.id;
}
