import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, Pat } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PatEntity } from '../pat.entity.ts';
import { patView } from '../pat-view.ts';
import { Principals } from '../principal.ts';
import { isPublicId, requireVisible } from '../visible-keys.ts';

/** One key, whatever its status. */
@Injectable()
export class ShowPat {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly clock: WallClock,
  ) {}

  async run(caller: IdentityAssertionClaims, id: string): Promise<Pat> {
    const principal = this.principals.admit(caller, 'keys:read');
    const row = isPublicId(id) ? await this.dataSource.manager.findOneBy(PatEntity, { id }) : null;
    return patView(requireVisible(principal, row), new Date(this.clock.nowMs()));
  }
}
