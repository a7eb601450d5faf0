import { createParamDecorator, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { identityHeader, type IdentityAssertionClaims } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import type { FastifyRequest } from 'fastify';
import { believeAddress } from '../request-facts.ts';
import { RequestNote } from '../request-note.ts';
import { AssertionVerifier } from './assertion-verifier.ts';

const callers = new RequestNote<FastifyRequest, IdentityAssertionClaims>();

/** Lets in only what comes through the gateway with its signed word on who is calling. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(private readonly verifier: AssertionVerifier) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const header = request.headers[identityHeader];
    const caller = await this.verifier.verify(typeof header === 'string' ? header : undefined);
    // The gateway's word about itself is nobody's permission to act.
    if (caller.credential.kind === 'gateway') throw new Problem('token_malformed');
    callers.set(request, caller);
    if (caller.address !== undefined) believeAddress(caller.address);
    return true;
  }
}

/** Who calls, once `CallerGuard` has let them in. */
export const callerOf = (request: FastifyRequest): IdentityAssertionClaims | undefined => callers.get(request);

/** The verified caller, as a controller's parameter. Needs `CallerGuard`. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): IdentityAssertionClaims => {
  const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === undefined) throw new Error('Caller is used without CallerGuard');
  return caller;
});
