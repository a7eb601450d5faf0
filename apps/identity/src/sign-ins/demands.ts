import type { OrganizationPolicy } from '@latchkey/contracts';
import { isOnWordOfOrganization, providerOf, reachOf, type SignInFacts } from './sign-in-facts.ts';

/**
 * What is missing for somebody to act in an organization: `elsewhere` when the sign-in counts in another organization only, then another
 * method, a newer sign-in, a second factor. In this order, so that nobody shows a code for a sign-in that would not do anyway.
 */
export type Demand = 'elsewhere' | 'federated' | 'password' | 'again' | 'second-factor';

/** What demands are judged by. */
export interface Demands {
  /** Null for a sign-in that reaches no organization's things. */
  org: string | null;
  policy: Pick<OrganizationPolicy, 'signInMethods' | 'mfaRequired' | 'sessionMaxAgeSeconds'>;
  /** Whose word the organization takes: by its own providers, or, where it has none, by the operator's. */
  trusts: (provider: string) => boolean;
  nowMs: number;
}

/** @returns null when nothing is missing */
export function unmetDemand(facts: SignInFacts, { org, policy, trusts, nowMs }: Demands): Demand | null {
  const reach = reachOf(facts);
  if (reach !== null && reach !== org) return 'elsewhere';
  if (org === null) return null;
  const provider = providerOf(facts);
  const trusted = provider !== null && trusts(provider);
  // Of another organization, or one that is switched off or gone: what it once said is worth nothing here.
  if (!trusted && isOnWordOfOrganization(facts)) return 'elsewhere';
  if (!policy.signInMethods.includes('password') && !trusted) return 'federated';
  if (!policy.signInMethods.includes('federated') && !facts.amr.includes('pwd')) return 'password';
  const { sessionMaxAgeSeconds: maxAge } = policy;
  if (maxAge !== null && nowMs - facts.signedInAt.getTime() > maxAge * 1000) return 'again';
  // A code that was shown here, or factors at a provider whose word counts.
  const factors = facts.amr.includes('otp') || (facts.amr.includes('mfa') && trusted);
  return policy.mfaRequired && !factors ? 'second-factor' : null;
}
