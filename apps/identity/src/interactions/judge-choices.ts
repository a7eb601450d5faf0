import type { Scope } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Admissions } from '../clients/admissions.ts';
import type { Admission, ClientRefusal } from '../clients/client-policy.ts';
import type { ClientFacts } from './client-facts.ts';
import type { OrganizationChoice } from './consent-view.ts';

const refusalWords: Record<ClientRefusal, string> = {
  blocked: 'it blocks this program',
  foreign: 'this program belongs to another organization',
  not_registered: 'it lets in only programs that it registered itself',
  not_trusted: 'it lets in only programs that it trusts',
  other_resource: 'this program is not registered for this server',
};

const withheldWords = { bound: 'the program is not registered for it', trusted_only: 'kept to programs that the organization trusts' } as const;

/** Takes from what a user could give what their organizations do not let the program have, and says why. */
@Injectable()
export class JudgeChoices {
  constructor(private readonly admissions: Admissions) {}

  async run(client: Pick<ClientFacts, 'id' | 'redirectUris'>, resource: string | null, choices: readonly OrganizationChoice[]): Promise<OrganizationChoice[]> {
    const admissions = await this.admissions.find(client, choices.map(({ slug }) => slug), resource);
    return choices.map((choice) => judged(choice, admissions.get(choice.slug)));
  }
}

function judged(choice: OrganizationChoice, admission: Admission | undefined): OrganizationChoice {
  if (admission === undefined) return { ...choice, scopes: [] };
  const { refusal, trusted } = admission;
  // Where the role allows nothing anyway, that is the reason: the rules of the organization are for those who could use it.
  if (refusal !== null) return { ...choice, scopes: [], trusted, ...(choice.scopes.length > 0 ? { refusal: refusalWords[refusal] } : {}) };
  const withheld = new Map<Scope, string>();
  for (const scope of choice.scopes) {
    const why = admission.withheld(scope);
    if (why !== null) withheld.set(scope, withheldWords[why]);
  }
  const scopes = choice.scopes.filter((scope) => !withheld.has(scope));
  const nothing = choice.scopes.length > 0 && scopes.length === 0;
  return { ...choice, scopes, trusted, withheld, ...(nothing ? { refusal: 'all of this is kept from this program there' } : {}) };
}
