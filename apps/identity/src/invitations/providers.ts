import type { Provider, Type } from '@nestjs/common';
import { AnswerInvitation } from './answer-invitation.ts';
import { FindInvitation } from './find-invitation.ts';
import { InvitationPagesController } from './invitation-pages.controller.ts';
import { InvitationEntity } from './invitation.entity.ts';
import { InvitationsController } from './invitations.controller.ts';
import { Invite } from './invite.ts';
import { ListInvitations } from './list-invitations.ts';
import { ResendInvitation } from './resend-invitation.ts';
import { RevokeInvitation } from './revoke-invitation.ts';
import { SendInvitation } from './send-invitation.ts';

export const invitationsProviders: Provider[] = [AnswerInvitation, FindInvitation, Invite, ListInvitations, ResendInvitation, RevokeInvitation, SendInvitation];
export const invitationsControllers: Type[] = [InvitationsController, InvitationPagesController];
export const invitationsEntities: Type[] = [InvitationEntity];
