import { defaultPolicy, type OrganizationPolicy } from '@latchkey/contracts';
import { unmetDemand } from './demands.ts';
import { byPassword, federatedFacts, withPassword, withSecondFactor } from './sign-in-facts.ts';

const nowMs = 1_800_000_000_000;
const password = { ...byPassword(), signedInAt: new Date(nowMs) };
const foreign = (more: Partial<Parameters<typeof federatedFacts>[0]> = {}) =>
  federatedFacts({ provider: 'corp', severalFactors: false, reach: null, signedInAt: new Date(nowMs), ...more });

const unmet = (facts: typeof password, policy: Partial<OrganizationPolicy> = {}, org: string | null = 'acme') =>
  unmetDemand(facts, { org, policy: { ...defaultPolicy, ...policy }, trusts: (provider) => provider === 'corp', nowMs });

describe('what an organization demands of a sign-in', () => {
  it('is nothing by default', () => {
    for (const facts of [password, foreign(), foreign({ provider: 'other' })]) expect(unmet(facts)).toBeNull();
  });

  it('may be one of its providers', () => {
    const policy = { signInMethods: ['federated'] } as const;
    expect(unmet(password, { signInMethods: [...policy.signInMethods] })).toBe('federated');
    expect(unmet(foreign({ provider: 'other' }), { signInMethods: ['federated'] })).toBe('federated');
    expect(unmet(foreign(), { signInMethods: ['federated'] })).toBeNull();
  });

  it('may be the password', () => {
    expect(unmet(foreign(), { signInMethods: ['password'] })).toBe('password');
    expect(unmet(password, { signInMethods: ['password'] })).toBeNull();
  });

  it('may be a new sign-in, to the second', () => {
    const aged = (seconds: number) => ({ ...password, signedInAt: new Date(nowMs - seconds * 1000) });
    expect([unmet(aged(300), { sessionMaxAgeSeconds: 300 }), unmet(aged(301), { sessionMaxAgeSeconds: 300 })]).toEqual([null, 'again']);
  });

  it('may be a second factor, shown here or to a provider whose word counts', () => {
    const policy = { mfaRequired: true };
    expect(unmet(password, policy)).toBe('second-factor');
    expect(unmet(withSecondFactor(password), policy)).toBeNull();
    expect(unmet(foreign(), policy)).toBe('second-factor');
    expect(unmet(foreign({ severalFactors: true }), policy)).toBeNull();
    expect(unmet(foreign({ severalFactors: true, provider: 'other' }), policy)).toBe('second-factor');
  });

  it('is never met on the word of another organization\'s provider, or of one that is gone', () => {
    const theirs = foreign({ provider: 'bb6df0b4-6a0e-4f7b-9b37-3f1c2a9d5e11' });
    expect([unmet(theirs), unmet({ ...theirs, amr: [...theirs.amr, 'otp'] }), unmet(withPassword(theirs)), unmet(theirs, {}, null)]).toEqual(['elsewhere', 'elsewhere', null, null]);
  });

  it('is never met by a sign-in that counts in another organization only', () => {
    const facts = foreign({ reach: 'acme' });
    expect([unmet(facts), unmet(facts, {}, 'other'), unmet(facts, {}, null)]).toEqual([null, 'elsewhere', 'elsewhere']);
  });
});
