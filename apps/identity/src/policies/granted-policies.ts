import type { IncomingMessage } from 'node:http';
import { defaultPolicy, type OrganizationPolicy } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';

/**
 * What the organization behind a token request demands, kept for the length of the request: the engine asks for the life of a refresh
 * token in the middle of its work and does not wait for a look into the tables.
 */
@Injectable()
export class GrantedPolicies {
  private readonly byRequest = new WeakMap<IncomingMessage, OrganizationPolicy>();

  note({ req }: { req: IncomingMessage }, policy: OrganizationPolicy): void {
    this.byRequest.set(req, policy);
  }

  /** The default where no organization is concerned. */
  of({ req }: { req: IncomingMessage }): OrganizationPolicy {
    return this.byRequest.get(req) ?? defaultPolicy;
  }
}

/** A life that the deployment allows, as far as the organization allows it too. */
export const withinPolicy = (seconds: number, longest: number | null): number => (longest === null ? seconds : Math.min(seconds, longest));
