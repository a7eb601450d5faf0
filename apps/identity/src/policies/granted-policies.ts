import type { IncomingMessage } from 'node:http';
import { defaultPolicy, type OrganizationPolicy } from '@latchkey/contracts';
import { RequestNote } from '@latchkey/service';
import { Injectable } from '@nestjs/common';

/**
 * What the organization behind a token request demands, kept for the length of the request: the engine asks for the life of a refresh
 * token in the middle of its work and does not wait for a look into the tables.
 */
@Injectable()
export class GrantedPolicies {
  private readonly byRequest = new RequestNote<IncomingMessage, OrganizationPolicy>();

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

/**
 * AS-50: at five minutes some programs fetch a new token at every use. An organization shortens the tokens of programs that act for people no
 * further than this; those of machines, which sign nobody out, as far as it likes.
 */
export const interactiveFloorSeconds = 900;

/** The same for an access token of a program that acts for a person. The operator's own word counts, whatever it is. */
export const withinPolicyForPeople = (seconds: number, longest: number | null): number => withinPolicy(seconds, longest === null ? null : Math.max(longest, interactiveFloorSeconds));
