import type { DomainCheck } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { challengeName } from './present-domain.ts';
import { TxtResolver } from './txt-resolver.ts';

/** Looks whether the DNS says what it has to say. */
@Injectable()
export class CheckDomain {
  constructor(private readonly resolver: TxtResolver) {}

  async run({ domain, challenge }: { domain: string; challenge: string }): Promise<DomainCheck> {
    const answer = await this.resolver.resolve(challengeName(domain));
    if (answer.outcome === 'unreachable') return 'unreachable';
    if (answer.values.some((value) => value.trim() === challenge)) return 'found';
    return answer.values.length === 0 ? 'missing' : 'other_value';
  }
}
