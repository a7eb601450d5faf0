import { isUserId as isUuid } from '../accounts/user-id.ts';

/** How and when somebody signed in: what an organization's policy is held against. */
export interface SignInFacts {
  /**
   * Methods by RFC 8176 (`pwd`, `otp`, `mfa`), and `fed` for another provider. What the registry has no names for follows in markers of
   * our own, so that all of it travels in the one member that the engine's session keeps: `idp:<key>` names the provider, and
   * `org:<slug>` the only organization in which this sign-in counts.
   */
  amr: readonly string[];
  signedInAt: Date;
}

const marked = (amr: readonly string[], marker: string): string | null => {
  const found = amr.find((value) => value.startsWith(marker));
  return found === undefined ? null : found.slice(marker.length);
};

/** Key of the provider that vouched; null where none did. */
export const providerOf = ({ amr }: SignInFacts): string | null => marked(amr, 'idp:');

/**
 * Whether nothing but the word of an organization's own provider stands behind it: such a provider has an id for a key, and can say anything
 * of anybody.
 */
export function isOnWordOfOrganization(facts: SignInFacts): boolean {
  const provider = providerOf(facts);
  return provider !== null && isUuid(provider) && !facts.amr.includes('pwd');
}

/** The one organization in which this sign-in counts; null where it counts everywhere. */
export const reachOf = ({ amr }: SignInFacts): string | null => marked(amr, 'org:');

/** The same sign-in with the account's own password shown too: then it counts everywhere, whoever else vouched. */
export const withPassword = ({ amr }: SignInFacts): SignInFacts => ({ amr: ['pwd', ...amr.filter((value) => !value.startsWith('org:'))], signedInAt: new Date() });

/** The same sign-in with a second factor shown. */
export const withSecondFactor = ({ amr, signedInAt }: SignInFacts): SignInFacts => ({ amr: [...new Set([...amr, 'otp', 'mfa'])], signedInAt });


/**
 * A sign-in at another provider. Of its own methods only that there were several factors is taken over: a code or a password that was
 * shown there was not shown here.
 */
export function federatedFacts(options: { provider: string; severalFactors: boolean; reach: string | null; signedInAt: Date }): SignInFacts {
  const { provider, severalFactors, reach, signedInAt } = options;
  return { amr: ['fed', ...(severalFactors ? ['mfa'] : []), `idp:${provider}`, ...(reach === null ? [] : [`org:${reach}`])], signedInAt };
}

/** A sign-in with the password, just now. */
export const byPassword = (): SignInFacts => ({ amr: ['pwd'], signedInAt: new Date() });
