import { listSessionsQuerySchema, type EndedSession, type EndedSessions, type IdentityAssertionClaims, type Scope, type Session } from '@latchkey/contracts';
import { Controller, Delete, Get, Header, Param, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { actorOf } from '../audit/record-audit.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import { requirePerson } from '../organizations/require-person.ts';
import { EndOwnSession } from './end-own-session.ts';
import { ListSessions } from './list-sessions.ts';

/**
 * The caller's own sign-ins. Nobody sees or ends another person's, administrators included: a person signs in once for all their
 * organizations, so one of these has no say in it; what it gave them it ends by `POST /v1/members/{user}/revoke`.
 */
@Controller('v1/sessions')
@UseGuards(CallerGuard)
export class SessionsController {
  constructor(
    private readonly actingMember: ActingMember,
    private readonly listSessions: ListSessions,
    private readonly endOwnSession: EndOwnSession,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<{ items: Session[]; nextCursor: string | null }> {
    await this.admit(caller, 'org:read');
    return this.listSessions.page(caller.sub, parse(listSessionsQuerySchema, query));
  }

  @Delete()
  @Header('cache-control', 'no-store')
  async endAll(@Caller() caller: IdentityAssertionClaims): Promise<EndedSessions> {
    await this.admit(caller, 'keys:write');
    return { ended: await this.endOwnSession.others(caller.sub, null, actorOf(caller)) };
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  async end(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<EndedSession> {
    await this.admit(caller, 'keys:write');
    return this.endOwnSession.one(caller.sub, id, actorOf(caller));
  }

  /** Reading is no reason to end: that takes the scope by which a person takes back what else is theirs, keys and connected programs. */
  private async admit(caller: IdentityAssertionClaims, scope: Scope): Promise<void> {
    await this.actingMember.run(caller, scope);
    requirePerson(caller, 'Only a person has sign-ins.');
  }
}
