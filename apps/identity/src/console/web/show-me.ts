import type { ConsoleMe } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { UserEntity } from '../../accounts/user.entity.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { JoinByDomain } from '../../domains/join-by-domain.ts';
import { FindRole } from '../../organizations/find-role.ts';
import { FoundOrganization } from '../../organizations/found-organization.ts';

@Injectable()
export class ShowMe {
  constructor(
    private readonly joinByDomain: JoinByDomain,
    private readonly findRole: FindRole,
    private readonly foundOrganization: FoundOrganization,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run(user: UserEntity, tokens: Pick<ConsoleMe, 'csrf' | 'signOut'>): Promise<ConsoleMe> {
    await this.joinByDomain.run(user);
    return {
      user: { id: user.id, email: user.email, name: user.name },
      memberships: await this.findRole.memberships(user.id),
      mayCreateOrganization: await this.foundOrganization.allows(user.id),
      gateway: this.env.LATCHKEY_GATEWAY_URL,
      ...tokens,
    };
  }
}
