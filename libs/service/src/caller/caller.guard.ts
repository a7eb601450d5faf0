import { createParamDecorator, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { identityHeader, type IdentityAssertionClaims } from '@latchkey/contracts';
import type { FastifyRequest } from 'fastify';
import { AssertionVerifier } from './assertion-verifier.ts';

const callers = new WeakMap<FastifyRequest, IdentityAssertionClaims>();

/** Lets in only what comes through the gateway with its signed word on who is calling. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(private readonly verifier: AssertionVerifier) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const header = request.headers[identityHeader];
    callers.set(request, await this.verifier.verify(typeof header === 'string' ? header : undefined));
    return true;
  }
}

/** The verified caller, as a controller's parameter. Needs `CallerGuard`. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): IdentityAssertionClaims => {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === undefined) throw new Error('Caller is used without CallerGuard');
  return caller;
});
