import { createInvitationSchema, listInvitationsQuerySchema, type IdentityAssertionClaims, type Invitation } from '@latchkey/contracts';
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { ActingMember } from '../organizations/acting-member.ts';
import type { Acting } from '../organizations/acting.ts';
import { requirePerson } from '../organizations/require-person.ts';
import { Invite } from './invite.ts';
import { ListInvitations } from './list-invitations.ts';
import { ResendInvitation } from './resend-invitation.ts';
import { RevokeInvitation } from './revoke-invitation.ts';

@Controller('v1/members/invitations')
@UseGuards(CallerGuard)
export class InvitationsController {
  constructor(
    private readonly actingMember: ActingMember,
    private readonly invite: Invite,
    private readonly listInvitations: ListInvitations,
    private readonly resendInvitation: ResendInvitation,
    private readonly revokeInvitation: RevokeInvitation,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  async create(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<Invitation> {
    const input = parse(createInvitationSchema, body);
    return this.invite.run(await this.asPerson(caller, input.org), input);
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<{ items: Invitation[]; nextCursor: string | null }> {
    return this.listInvitations.run(caller, parse(listInvitationsQuerySchema, query));
  }

  @Post(':id/resend')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async resend(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<Invitation> {
    return this.resendInvitation.run(await this.asPerson(caller), id);
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  async revoke(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<Invitation> {
    return this.revokeInvitation.run(await this.actingMember.acting(caller, 'org:admin'), id);
  }

  /** An invitation says who sends it, and is worth what that person may give when it is accepted. */
  private async asPerson(caller: IdentityAssertionClaims, org?: string): Promise<Acting> {
    const acting = await this.actingMember.acting(caller, 'org:admin', org);
    requirePerson(caller, 'An invitation is from a person, whose address is in the mail.');
    return acting;
  }
}
