import { Observer, type Check, type Credential } from './observer.ts';

const boundMs = 2000;
const credential = (times: Partial<Credential> = {}): Credential => ({ id: 'Ab12Cd34', kind: 'pat', token: 'secret', slug: 'demo', bornAtMs: 1000, ...times });
const check = (of: Credential, more: Partial<Check>): Check => ({
  gateway: 1, credential: of, boundMs, sentAtMs: 5000, answeredAtMs: 5010, outcome: 'accepted', answer: '200', ...more,
});

function judge(...checks: Check[]): Observer {
  const observer = new Observer();
  for (const one of checks) observer.observe(one);
  return observer;
}

describe('the observer of a chaos run', () => {
  const dead = credential({ dyingAtMs: 2000, deadAtMs: 2900 });

  it('reports a revoked credential that is accepted past the bound, and names it without its secret', () => {
    const { violations, violationCount, worstAcceptanceMs } = judge(check(dead, { sentAtMs: 4901, answeredAtMs: 4920 }));
    expect(violationCount).toBe(1);
    expect(violations).toEqual(['gateway 1, pat Ab12Cd34, asked at 4901, answered at 4920 with 200: accepted 2001 ms after its revocation was acknowledged, N = 2000 ms']);
    expect(worstAcceptanceMs.get(boundMs)).toBe(2001);
  });

  it('allows acceptance up to the bound, and remembers the worst of it', () => {
    const observer = judge(check(dead, { sentAtMs: 3000 }), check(dead, { sentAtMs: 4900 }), check(dead, { sentAtMs: 3500 }));
    expect(observer.violationCount).toBe(0);
    expect(observer.worstAcceptanceMs.get(boundMs)).toBe(2000);
  });

  it('judges each request by the bound that it is under', () => {
    expect(judge(check(dead, { sentAtMs: 7000, boundMs: 5000 })).violationCount).toBe(0);
    expect(judge(check(dead, { sentAtMs: 7901, boundMs: 5000 })).violationCount).toBe(1);
  });

  it('counts from the acknowledgement: what was sent before it, or is still in doubt, accuses nobody', () => {
    expect(judge(check(dead, { sentAtMs: 2500, answeredAtMs: 60_000 })).violationCount).toBe(0);
    expect(judge(check(credential({ dyingAtMs: 2000 }), { sentAtMs: 60_000, answeredAtMs: 60_010 })).violationCount).toBe(0);
  });

  it('reports a valid credential that is refused', () => {
    const observer = judge(check(credential(), { outcome: 'refused', answer: '401 token_unknown' }));
    expect(observer.falseRefusalCount).toBe(1);
    expect(observer.falseRefusals).toEqual(['gateway 1, pat Ab12Cd34, asked at 5000, answered at 5010 with 401 token_unknown: refused although it is valid']);
    // Refused in time, asked to be revoked afterwards.
    expect(judge(check(credential({ dyingAtMs: 5011, deadAtMs: 5100 }), { outcome: 'refused' })).falseRefusalCount).toBe(1);
  });

  it('allows a refusal from the moment on at which the revocation was asked for, and before the credential is known to exist', () => {
    expect(judge(check(credential({ dyingAtMs: 5005 }), { outcome: 'refused' })).falseRefusalCount).toBe(0);
    expect(judge(check(credential({ bornAtMs: 5005 }), { outcome: 'refused' })).falseRefusalCount).toBe(0);
  });

  it('allows a gateway to say that it does not know, and to be away', () => {
    const observer = judge(check(credential(), { outcome: 'stale' }), check(credential(), { outcome: 'unreachable' }), check(dead, { outcome: 'stale' }));
    expect([observer.violationCount, observer.falseRefusalCount, observer.oddityCount]).toEqual([0, 0, 0]);
    expect(String(observer.answers)).toBe('alive stale 1, alive unreachable 1, dead stale 1');
  });

  it('reports any other answer as odd', () => {
    expect(judge(check(credential(), { outcome: 'odd', answer: '500' })).oddities).toEqual(['gateway 1, pat Ab12Cd34, asked at 5000, answered at 5010 with 500: alive']);
  });

  it('goes on counting when it has kept enough', () => {
    const observer = judge(...Array.from({ length: 200 }, () => check(dead, {})));
    expect(observer.violationCount).toBe(200);
    expect(observer.violations).toHaveLength(50);
  });
});
