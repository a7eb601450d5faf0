import { slugSchema, type IdentityAssertionClaims, type Scope, type ShownServer } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { projectRoleOf } from '@latchkey/access';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import type { Acting } from '../organizations/acting.ts';
import { FindServer } from './find-server.ts';
import { healthOf } from './health-of.ts';
import { presentWhole } from './present-server.ts';
import type { ServerEntity } from './server.entity.ts';

/** One server, for those who may know of it. */
@Injectable()
export class VisibleServer {
  constructor(
    private readonly findServer: FindServer,
    private readonly actingMember: ActingMember,
    private readonly dataSource: DataSource,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws Problem `not_found` alike for no server, another tenant's, and one in a project where the caller is nobody */
  async find(caller: IdentityAssertionClaims, scope: Scope, slug: string): Promise<{ row: ServerEntity; acting: Acting }> {
    const acting = await this.actingMember.acting(caller, scope);
    const { member } = acting;
    const row = slugSchema.safeParse(slug).success ? await this.findServer.bySlug(slug) : null;
    if (row === null || row.org !== member.org || projectRoleOf(member, row.project) === null) throw new Problem('not_found');
    return { row, acting };
  }

  async show(caller: IdentityAssertionClaims, slug: string): Promise<ShownServer> {
    const { row } = await this.find(caller, 'servers:read', slug);
    const health = await healthOf(this.dataSource.manager, [row.id]);
    return presentWhole(row, health(row.id), this.env.LATCHKEY_GATEWAY_URL);
  }
}
