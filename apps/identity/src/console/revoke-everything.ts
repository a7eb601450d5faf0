import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { RevokeUser } from '../accounts/revoke-user.ts';
import type { UserEntity } from '../accounts/user.entity.ts';
import { FindRole } from '../organizations/find-role.ts';
import type { PageAnswer } from '../pages/answer.ts';
import { LOGGER } from '../tokens.ts';
import { KeysApi } from './keys-api.ts';
import { everythingRevokedPage } from './revoke-everything-page.ts';

/** What somebody does who has lost a laptop: nothing that was theirs works any more, anywhere. */
@Injectable()
export class RevokeEverything {
  constructor(
    private readonly api: KeysApi,
    private readonly findRole: FindRole,
    private readonly revokeUser: RevokeUser,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(user: UserEntity): Promise<PageAnswer> {
    // The epoch below ends the keys too. They are revoked one by one first, so that their list says what is so.
    for (const { org } of await this.findRole.memberships(user.id)) {
      const owner = { userId: user.id, org };
      try {
        const live = (await this.api.list(owner)).filter(({ status }) => status === 'active' || status === 'expiring');
        for (const { id } of live) await this.api.revoke(owner, id);
      } catch (error) {
        this.logger.warn({ err: error, org }, 'keys could not be revoked one by one; the epoch of their owner ends them');
      }
    }
    await this.revokeUser.run(user.id);
    return { status: 200, page: everythingRevokedPage() };
  }
}
