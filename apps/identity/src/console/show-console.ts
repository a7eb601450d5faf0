import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { UserEntity } from '../accounts/user.entity.ts';
import { JoinByDomain } from '../domains/join-by-domain.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import type { Problem } from '@latchkey/problem';
import { FindRole, type Membership } from '../organizations/find-role.ts';
import { FoundOrganization } from '../organizations/found-organization.ts';
import type { PageAnswer } from '../pages/answer.ts';
import { foreignText } from '../pages/foreign-text.ts';
import { html, type Html } from '../pages/html.ts';
import type { SignInFacts } from '../sign-ins/sign-in-facts.ts';
import { StepUp } from '../sign-ins/step-up.ts';
import { ListServers } from '../servers/list-servers.ts';
import { consolePage } from './console-page.ts';
import { KeysApi } from './keys-api.ts';

interface Session {
  user: UserEntity;
  facts: SignInFacts;
}

/** Where else somebody may go who does not want to do what one organization demands. */
const elsewhere = (memberships: readonly Membership[], current: Membership): Html => html`<p class="links">${memberships
  .filter(({ org }) => org !== current.org)
  .map(({ org, name }) => html`<a href="/console?org=${org}">${foreignText(name)}</a>`)}<a href="/console/sign-in-methods">Sign-in methods</a></p>`;

/** The console of somebody who is signed in: their organization's servers, how to connect to them, and their keys. */
@Injectable()
export class ShowConsole {
  constructor(
    private readonly joinByDomain: JoinByDomain,
    private readonly findRole: FindRole,
    private readonly foundOrganization: FoundOrganization,
    private readonly listServers: ListServers,
    private readonly keysApi: KeysApi,
    private readonly stepUp: StepUp,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @param org  which to show; one that is not the user's is as good as none */
  async run({ user, facts }: Session, options: { org: string | undefined; csrf: string; keysCsrf: string; refusal?: Problem }, reply: FastifyReply): Promise<PageAnswer> {
    const { org, csrf, keysCsrf, refusal } = options;
    await this.joinByDomain.run(user);
    const memberships = await this.findRole.memberships(user.id);
    const current = memberships.find((membership) => membership.org === org) ?? memberships[0] ?? null;
    const first = current === null ? null : await this.stepUp.run({ userId: user.id, facts, org: current.org, destination: 'console', after: elsewhere(memberships, current) }, reply);
    if (first !== null) return first;
    const { items, nextCursor } = current === null ? { items: [], nextCursor: null } : await this.listServers.visibleTo(current, { limit: 100 });
    // The rest of the page is worth having without them.
    const keys = current === null ? [] : await this.keysApi.list({ userId: user.id, org: current.org }).catch(() => null);
    const page = consolePage({
      email: user.email,
      csrf,
      memberships,
      current,
      servers: items,
      more: nextCursor !== null,
      keys,
      keysCsrf,
      ...(refusal === undefined ? {} : { keysError: refusal.detail ?? refusal.message }),
      gatewayUrl: this.env.LATCHKEY_GATEWAY_URL,
      mayCreate: await this.foundOrganization.allows(user.id),
    });
    return { status: refusal?.status ?? 200, page };
  }
}
