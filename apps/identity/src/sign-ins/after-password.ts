import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CheckSecondFactor } from '../second-factor/check-second-factor.ts';
import type { Destination } from './destination.ts';
import { PendingSignIns } from './pending-sign-ins.ts';
import { byPassword, type SignInFacts } from './sign-in-facts.ts';

/** What a right password leads to: in, or to the page that asks for the second factor. */
@Injectable()
export class AfterPassword {
  constructor(
    private readonly secondFactor: CheckSecondFactor,
    private readonly pendingSignIns: PendingSignIns,
  ) {}

  /** @returns the facts of the finished sign-in, or where the browser has to go first */
  async run(userId: string, destination: Destination, reply: FastifyReply): Promise<SignInFacts | { redirect: string }> {
    const facts = byPassword();
    if (!(await this.secondFactor.enrolled(userId))) return facts;
    await this.pendingSignIns.start(reply, { destination, stage: 'second-factor', userId, facts });
    return { redirect: '/sign-in/second-factor' };
  }
}
