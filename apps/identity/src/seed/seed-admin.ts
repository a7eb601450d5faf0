import type { CreateUser } from '../accounts/create-user.ts';
import type { CreateOrganization } from '../organizations/create-organization.ts';
import type { CreateProject } from '../organizations/create-project.ts';
import type { AddMember } from '../organizations/add-member.ts';
import { slugSchema } from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { emailSchema } from '../accounts/email.ts';
import { newPasswordSchema } from '../accounts/password.ts';
import { UserEntity } from '../accounts/user.entity.ts';

const firstAdminSchema = z.object({ email: emailSchema, password: newPasswordSchema, org: slugSchema, project: slugSchema });
export type FirstAdmin = z.input<typeof firstAdminSchema>;

/** `acme-labs` as a name to begin with: `Acme Labs`. */
const nameOf = (slug: string): string => slug.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');

/** The first person, organization and project of a deployment. */
export class SeedAdmin {
  constructor(
    private readonly dataSource: DataSource,
    private readonly createUser: CreateUser,
    private readonly createOrganization: CreateOrganization,
    private readonly createProject: CreateProject,
    private readonly addMember: AddMember,
  ) {}

  /** Does nothing once anybody has an account. @returns whether it created them */
  async run(input: FirstAdmin): Promise<boolean> {
    const { email, password, org, project } = parse(firstAdminSchema, input);
    return this.dataSource.transaction(async (manager) => {
      // Several replicas may start at once: the second waits here and then finds the account.
      await manager.query("SELECT pg_advisory_xact_lock(hashtext('latchkey-seed-admin'))");
      if (await manager.exists(UserEntity)) return false;
      const { id } = await this.createUser.run({ email, password, name: 'Administrator', emailVerified: true }, manager);
      await this.createOrganization.run({ slug: org, name: nameOf(org), owner: id }, manager);
      await this.createProject.run({ org, slug: project, name: nameOf(project) }, manager);
      await this.addMember.run({ userId: id, org, role: 'owner', projects: { [project]: 'admin' } }, manager);
      return true;
    });
  }
}
