import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { clientReference } from '../audit/oauth-author.ts';
import { bySession, recordAudit } from '../audit/record-audit.ts';
import type { PageAnswer } from '../pages/answer.ts';
import { OidcEngine } from '../provider/oidc-engine.ts';
import { StepUp } from '../sign-ins/step-up.ts';
import { consentPage } from './consent-page.ts';
import { FindConsentView } from './find-consent-view.ts';
import { GrantConsent } from './grant-consent.ts';
import { OpenInteraction, type Interaction } from './open-interaction.ts';
import { projectsOf } from './project-choice.ts';

/** A box that is ticked alone arrives as text, several as a list. */
const tickedSchema = z.union([z.string().max(127).transform((one) => [one]), z.array(z.string().max(127)).max(1000)]);

export const consentFormSchema = z.object({
  decision: z.enum(['allow', 'deny']),
  org: z.string().max(63).optional(),
  reach: z.enum(['all', 'some']).default('all'),
  project: tickedSchema.default([]),
});
export type ConsentForm = z.infer<typeof consentFormSchema>;

/** Takes the consent form of an interaction. */
@Injectable()
export class DecideConsent {
  constructor(
    private readonly openInteraction: OpenInteraction,
    private readonly findConsentView: FindConsentView,
    private readonly grantConsent: GrantConsent,
    private readonly dataSource: DataSource,
    private readonly engine: OidcEngine,
    private readonly stepUp: StepUp,
  ) {}

  async run(interaction: Interaction, form: ConsentForm, csrf: string, request: FastifyRequest, reply: FastifyReply): Promise<PageAnswer> {
    // A form that was left open while the request went back to sign-in.
    if (interaction.prompt.name !== 'consent') return { redirect: `/interaction/${interaction.uid}` };
    if (form.decision === 'deny') {
      await this.recordDenial(interaction);
      const outcome = { error: 'access_denied', error_description: 'The user did not allow it' } as const;
      return { redirect: await this.openInteraction.finish(request, reply, outcome, false) };
    }
    const view = await this.findConsentView.run(interaction);
    const chosen = view.organizations.find((choice) => choice.slug === form.org && choice.scopes.length > 0);
    if (view.resource !== null && chosen === undefined) {
      const refusal = view.organizations.find((choice) => choice.slug === form.org)?.refusal;
      const error = refusal === undefined ? 'Choose an organization in which your role allows this.' : `That organization does not allow this: ${refusal}.`;
      return { status: 422, page: consentPage(view, { uid: interaction.uid, csrf, error }) };
    }
    const asked = { reach: form.reach, projects: form.project };
    const within = chosen === undefined ? { chosen: null } : projectsOf(chosen, asked);
    if ('error' in within) return { status: 422, page: consentPage(view, { uid: interaction.uid, csrf, error: within.error, chosen: chosen?.slug, asked }) };
    const org = view.resource === null ? null : (chosen?.slug ?? null);
    const acting = { userId: view.userId, facts: view.signIn, org, destination: `interaction:${interaction.uid}` };
    const first = await this.stepUp.run(acting, reply);
    if (first !== null) return first;
    const given = { org, projects: within.chosen, origin: interaction.deviceCode === undefined ? 'consent' : 'device', sessionUid: interaction.session?.uid ?? null } as const;
    const { jti: grantId } = await this.grantConsent.run(this.engine.provider, view, given);
    return { redirect: await this.openInteraction.finish(request, reply, { consent: { grantId } }, true) };
  }

  private async recordDenial({ params, session }: Interaction): Promise<void> {
    const author = session === undefined ? { actor: { kind: 'anonymous', id: null } as const } : bySession(session.accountId);
    await recordAudit(this.dataSource.manager, { org: null, ...author, action: 'consent.denied', target: clientReference(String(params.client_id)) });
  }
}
