import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { homeQuestions } from '@latchkey/contracts';
import { WallClock } from '@latchkey/clock';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import type { FastifyReply } from 'fastify';
import type { UserEntity } from '../../accounts/user.entity.ts';
import { JoinByDomain } from '../../domains/join-by-domain.ts';
import { FindRole, type Membership } from '../../organizations/find-role.ts';
import type { PageAnswer } from '../../pages/answer.ts';
import { errorPage } from '../../pages/error-page.ts';
import { foreignText } from '../../pages/foreign-text.ts';
import { html, type Html } from '../../pages/html.ts';
import { StepUp } from '../../sign-ins/step-up.ts';
import type { SignInFacts } from '../../sign-ins/sign-in-facts.ts';
import { LOGGER } from '../../tokens.ts';
import { AnswerFirst } from './answer-first.ts';
import { ConsoleFiles } from './console-files.ts';
import { consoleHeaders } from './console-headers.ts';

/** Where else somebody may go who does not want to do what one organization demands. */
const elsewhere = (memberships: readonly Membership[], current: Membership): Html => html`<p class="links">${memberships
  .filter(({ org }) => org !== current.org)
  .map(({ org, name }) => html`<a href="/console/orgs/${org}">${foreignText(name)}</a>`)}<a href="/console/sign-in-methods">Sign-in methods</a></p>`;

const inPieces = ({ head, foot }: { head: string; foot: string }, answers: () => Promise<Html>): Readable => Readable.from((async function* () {
  yield head;
  yield (await answers()).text + foot;
})());

/** The page that the console lives in, for somebody who is signed in as the organization wants it. */
@Injectable()
export class OpenConsole {
  constructor(
    private readonly joinByDomain: JoinByDomain,
    private readonly findRole: FindRole,
    private readonly stepUp: StepUp,
    private readonly files: ConsoleFiles,
    private readonly answerFirst: AnswerFirst,
    private readonly clock: WallClock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param at  which organization is looked at, one that is not the user's being as good as none; and whether at its first screen */
  async run({ user, facts }: { user: UserEntity; facts: SignInFacts }, { org, isHome }: { org: string | undefined; isHome: boolean }, reply: FastifyReply): Promise<PageAnswer> {
    await this.joinByDomain.run(user);
    const memberships = await this.findRole.memberships(user.id);
    const current = memberships.find((membership) => membership.org === org) ?? memberships[0];
    const first = current === undefined ? null : await this.stepUp.run({ userId: user.id, facts, org: current.org, destination: 'console', after: elsewhere(memberships, current) }, reply);
    if (first !== null) return first;
    // Of several organizations it is the browser that remembers which was looked at last.
    const known = current !== undefined && (current.org === org || (org === undefined && memberships.length === 1));
    const questions = isHome && known ? Object.values(homeQuestions({ org: current.org, role: current.role, user: user.id, nowMs: this.clock.nowMs() })) : [];
    return this.page(questions.length === 0 ? null : () => this.answerFirst.run({ userId: user.id, org: current?.org ?? '' }, questions));
  }

  /** @param answers  sent behind the rest: a browser loads the scripts meanwhile */
  private page(answers: (() => Promise<Html>) | null): PageAnswer {
    const nonce = randomBytes(16).toString('base64url');
    const page = this.files.index(nonce);
    if (page !== null) return { status: 200, page: answers === null ? page.head + page.foot : inPieces(page, answers), headers: consoleHeaders(nonce) };
    this.logger.error('the console was not built: apps/console/dist is not there');
    return { status: 503, page: errorPage({ title: 'The console is not installed', message: 'This Latchkey was started without the files of its console.', hint: html`Whoever runs it builds them with <code>npm run build</code>. Your <a href="/console/account">account</a> can be looked after meanwhile.` }) };
  }
}
