import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, Pat } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { FindKey } from '../find-key.ts';
import { LearnEpochs } from '../learn-epochs.ts';
import { patView } from '../pat-view.ts';
import { Principals } from '../principal.ts';
import { isPublicId, requireVisible } from '../visible-keys.ts';

/** One key, whatever its status. */
@Injectable()
export class ShowPat {
  constructor(
    private readonly findKey: FindKey,
    private readonly principals: Principals,
    private readonly clock: WallClock,
    private readonly learnEpochs: LearnEpochs,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string): Promise<Pat> {
    const principal = this.principals.admit(caller, 'keys:read');
    await this.learnEpochs.run(principal.org);
    const row = isPublicId(id) ? await this.findKey.byId(id) : null;
    return patView(requireVisible(principal, row), new Date(this.clock.nowMs()));
  }
}
