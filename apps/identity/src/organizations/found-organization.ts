import type { CreatedOrganization, CreateOrganizationInput } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import type { Acting } from './acting.ts';
import { CreateOrganization } from './create-organization.ts';
import { CreateProject } from './create-project.ts';
import { MemberEntity } from './member.entity.ts';
import { OrganizationEntity } from './organization.entity.ts';

/** A slug is taken for ever, so nobody takes any number of them. */
const ownedAtMost = 20;

export type Founder = Pick<Acting, 'userId' | 'by'>;

/** Creates an organization for somebody, who becomes its owner, if the deployment lets them. */
@Injectable()
export class FoundOrganization {
  constructor(
    private readonly dataSource: DataSource,
    private readonly createOrganization: CreateOrganization,
    private readonly createProject: CreateProject,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /**
   * @param project  a first one, where servers can be registered at once
   * @throws Problem `policy_violation` where the deployment does not let this person, `conflict` when the slug is or was in use
   */
  async run({ userId, by }: Founder, { slug, name }: CreateOrganizationInput, project?: { slug: string; name: string }): Promise<CreatedOrganization> {
    return this.dataSource.transaction(async (manager) => {
      // Held until the end, so that forms sent side by side are counted one after the other.
      await manager.findOneOrFail(UserEntity, { where: { id: userId }, lock: { mode: 'for_no_key_update' } });
      await this.requireLeave(manager, userId);
      const { consistency } = await this.createOrganization.run({ slug, name, owner: userId }, manager, by);
      if (project !== undefined) await this.createProject.run({ org: slug, ...project }, manager, by);
      const row = await manager.findOneByOrFail(OrganizationEntity, { slug });
      return { slug, name: row.name, role: 'owner', createdAt: row.createdAt.toISOString(), consistency };
    });
  }

  /** Whether the deployment lets this person. */
  async allows(userId: string): Promise<boolean> {
    return (await this.refusal(this.dataSource.manager, userId)) === null;
  }

  private async requireLeave(manager: EntityManager, userId: string): Promise<void> {
    const detail = await this.refusal(manager, userId);
    if (detail !== null) throw new Problem('policy_violation', { detail });
  }

  private async refusal(manager: EntityManager, userId: string): Promise<string | null> {
    const creation = this.env.LATCHKEY_ORG_CREATION;
    if (creation === 'off') return 'Here, organizations are created by whoever runs Latchkey.';
    const memberships = await manager.findBy(MemberEntity, { userId, removedAt: IsNull() });
    if (creation === 'admins' && !memberships.some(({ role }) => role !== 'member')) return 'Here, only an administrator of an organization may create another one.';
    const owned = memberships.filter(({ role }) => role === 'owner').length;
    return owned >= ownedAtMost ? `Nobody owns more than ${ownedAtMost} organizations.` : null;
  }
}
