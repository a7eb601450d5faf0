import { Inject, Injectable } from '@nestjs/common';
import type { UserEntity } from '../accounts/user.entity.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { FindRole } from '../organizations/find-role.ts';
import type { PageAnswer } from '../pages/answer.ts';
import { ListServers } from '../servers/list-servers.ts';
import { consolePage } from './console-page.ts';

/** The console of somebody who is signed in: their organization's servers and how to connect to them. */
@Injectable()
export class ShowConsole {
  constructor(
    private readonly findRole: FindRole,
    private readonly listServers: ListServers,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @param org  which to show; one that is not the user's is as good as none */
  async run(user: UserEntity, org: string | undefined, csrf: string): Promise<PageAnswer> {
    const memberships = await this.findRole.memberships(user.id);
    const current = memberships.find((membership) => membership.org === org) ?? memberships[0] ?? null;
    const { items, nextCursor } = current === null ? { items: [], nextCursor: null } : await this.listServers.visibleTo(current, { limit: 100 });
    const page = consolePage({
      email: user.email,
      csrf,
      memberships,
      current,
      servers: items,
      more: nextCursor !== null,
      gatewayUrl: this.env.LATCHKEY_GATEWAY_URL,
    });
    return { status: 200, page };
  }
}
