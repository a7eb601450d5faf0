import { pipeline } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { WallClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Dispatcher } from 'undici';
import { FindDemand } from '../../sign-ins/find-demand.ts';
import type { SignInFacts } from '../../sign-ins/sign-in-facts.ts';
import type { UserEntity } from '../../accounts/user.entity.ts';
import { FindRole } from '../../organizations/find-role.ts';
import { LOGGER } from '../../tokens.ts';
import { ManagementApi } from '../management-api.ts';
import { scopesFor } from './api-families.ts';
import { capped } from './capped.ts';
import { ConsoleApiLimit } from './console-api-limit.ts';
import { readRefusal, type ApiAnswer } from './read-refusal.ts';

/** An export of an audit log is long; nothing else is. */
const answerBytes = 256 * 1024 * 1024;

/** All that an answer keeps of its headers. */
const keptHeaders = ['content-type', 'content-disposition', 'retry-after', 'x-request-id'];

export interface SignedIn {
  user: UserEntity;
  facts: SignInFacts;
}

export interface ApiRequest {
  method: Dispatcher.HttpMethod;
  /** With its query, from `/v1/` on */
  path: string;
  org: string;
  body: unknown;
  idempotencyKey: string | undefined;
}

/** The console's one way to the management API: as whoever is signed in, with what their role allows and not a scope more than the request takes. */
@Injectable()
export class ForwardToApi {
  constructor(
    private readonly api: ManagementApi,
    private readonly findRole: FindRole,
    private readonly findDemand: FindDemand,
    private readonly limit: ConsoleApiLimit,
    private readonly clock: WallClock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param again  looks once more who is signed in; it throws where that is nobody any more */
  async run(person: SignedIn, asked: ApiRequest, reply: FastifyReply, again: () => Promise<SignedIn>): Promise<void> {
    const { revoked, answer } = await readRefusal(await this.ask(person, asked));
    if (!revoked) return this.send(answer, reply);
    // The second in which everything was revoked is waited out. Then everything is asked anew, as if the browser had come again.
    await setTimeout(1000 - (this.clock.nowMs() % 1000));
    this.send(await this.ask(await again(), asked), reply);
  }

  private async ask({ user, facts }: SignedIn, asked: ApiRequest): Promise<ApiAnswer> {
    const scopes = scopesFor(asked.method, asked.path.split('?', 1)[0] ?? '');
    if (scopes === null) throw new Problem('not_found');
    if ((await this.findRole.inOrg(user.id, asked.org)) === null) throw new Problem('not_found');
    if ((await this.findDemand.of(asked.org, facts)) !== null) {
      throw new Problem('policy_violation', { detail: 'This organization asks for more than you signed in with. Open its page again to go on.' });
    }
    const { allowed, resetSeconds } = await this.limit.consume(user.id);
    if (!allowed) throw new Problem('rate_limited', { headers: { 'retry-after': String(resetSeconds) } });
    return this.api.request({ userId: user.id, org: asked.org }, scopes, asked);
  }

  private send({ statusCode, headers, body }: ApiAnswer, reply: FastifyReply): void {
    for (const name of keptHeaders) {
      const value = headers[name];
      if (typeof value === 'string') void reply.header(name, value);
    }
    const answer = capped(answerBytes);
    pipeline(body, answer, (error) => {
      // A browser that goes away ends it too.
      if (error !== null && error !== undefined) this.logger.debug({ err: error }, 'an answer to the console broke off');
    });
    void reply.status(statusCode).headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" }).send(answer);
  }
}
