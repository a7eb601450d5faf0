import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import type { UserEntity } from '../../accounts/user.entity.ts';
import { bySession } from '../../audit/record-audit.ts';
import type { Acting } from '../../organizations/acting.ts';
import { FindRole } from '../../organizations/find-role.ts';

/** What somebody who is signed in with a browser may do in one of their organizations. */
@Injectable()
export class ActingInConsole {
  constructor(private readonly findRole: FindRole) {}

  /** @throws Problem `not_found` for every organization that is not theirs */
  async run(user: UserEntity, org: string): Promise<Acting> {
    const member = await this.findRole.inOrg(user.id, org);
    if (member === null) throw new Problem('not_found');
    return { userId: user.id, member, by: bySession(user.id) };
  }
}
