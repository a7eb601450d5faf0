import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { identityHeader } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import type { FastifyRequest } from 'fastify';
import { AssertionVerifier } from './assertion-verifier.ts';

/** Lets in only the gateway itself: an assertion whose subject is the one who signed it. What it signs for callers never is. */
@Injectable()
export class GatewayGuard implements CanActivate {
  constructor(private readonly verifier: AssertionVerifier) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const header = context.switchToHttp().getRequest<FastifyRequest>().headers[identityHeader];
    const { iss, sub, credential } = await this.verifier.verify(typeof header === 'string' ? header : undefined);
    if (credential.kind !== 'gateway' || sub !== iss) throw new Problem('token_malformed');
    return true;
  }
}
