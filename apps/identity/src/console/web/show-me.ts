import { Inject, Injectable } from '@nestjs/common';
import type { UserEntity } from '../../accounts/user.entity.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { JoinByDomain } from '../../domains/join-by-domain.ts';
import { FindRole, type Membership } from '../../organizations/find-role.ts';
import { FoundOrganization } from '../../organizations/found-organization.ts';

/** What the console has to know of whoever looks at it before it shows anything. */
export interface Me {
  user: { id: string; email: string; name: string };
  memberships: Membership[];
  /** Whether this person may create an organization here */
  mayCreateOrganization: boolean;
  /** Public URL of the gateway: what clients connect to */
  gateway: string;
  /** Goes along with every change, in `X-CSRF-Token` */
  csrf: string;
  /** Of the form that signs out */
  signOut: string;
}

@Injectable()
export class ShowMe {
  constructor(
    private readonly joinByDomain: JoinByDomain,
    private readonly findRole: FindRole,
    private readonly foundOrganization: FoundOrganization,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run(user: UserEntity, tokens: Pick<Me, 'csrf' | 'signOut'>): Promise<Me> {
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
