import { defaultPolicy, type RecordOf } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { Management, outcome } from './support/management.ts';

describe('the API of policies', () => {
  let management: Management;

  beforeAll(async () => {
    management = await Management.start();
  }, 60_000);
  afterAll(() => management.close());

  const call: Management['call'] = (...args) => management.call(...args);

  verifies('I11', 'every member sees what is demanded of them; an administrator changes it, and what gateways must know goes to them', async () => {
    const { deputy, member, accounts } = management;
    expect((await call('GET', '/v1/policies', member)).body).toEqual({ org: 'acme', revision: 0, policy: defaultPolicy, updatedAt: null });
    const changed = await call('PATCH', '/v1/policies', deputy, { revision: 0, policy: { keyMaxLifetimeSeconds: 2_592_000, trustedClientDomains: ['*.example.com'] } });
    expect([changed.status, changed.body]).toEqual([
      200,
      {
        org: 'acme',
        revision: 1,
        policy: { ...defaultPolicy, keyMaxLifetimeSeconds: 2_592_000, trustedClientDomains: ['*.example.com'] },
        updatedAt: expect.any(String),
        consistency: 'feed.identity.org.acme@2',
      },
    ]);
    const record = async () => (await accounts.outbox<RecordOf<'org'>>('feed.identity.org.acme'))!.record;
    expect(await record()).toEqual({ kind: 'org', id: 'acme', disabled: false, epoch: null, policy: { keyMaxLifetimeSeconds: 2_592_000 } });
    // What a change leaves out stays, also through a revocation of everything.
    const second = await call('PATCH', '/v1/policies', deputy, { org: 'acme', revision: 1, policy: { mfaRequired: true, requestsPerMinute: 600, requestsPerMinutePerCredential: 60 } });
    expect(second.body).toMatchObject({ revision: 2, policy: { mfaRequired: true, keyMaxLifetimeSeconds: 2_592_000, trustedClientDomains: ['*.example.com'] } });
    expect((await call('POST', '/v1/orgs/acme/revoke', management.owner)).status).toBe(200);
    expect(await record()).toMatchObject({ epoch: expect.any(Number), policy: { keyMaxLifetimeSeconds: 2_592_000, requestsPerMinute: 600, requestsPerMinutePerCredential: 60 } });
    const lifted = await call('PATCH', '/v1/policies', deputy, { revision: 2, policy: { keyMaxLifetimeSeconds: null, requestsPerMinute: null, requestsPerMinutePerCredential: null } });
    expect(lifted.body).toMatchObject({ revision: 3, policy: { keyMaxLifetimeSeconds: null, mfaRequired: true } });
    expect(await record()).not.toHaveProperty('policy');
    expect((await call('GET', '/v1/policies?org=acme', member)).body).toMatchObject({ revision: 3, policy: { mfaRequired: true } });

    const [first] = await management.audited('policy.changed');
    expect(first).toMatchObject({ org: 'acme', actor: { kind: 'user', id: deputy.sub }, target: { kind: 'org', id: 'acme' } });
    expect(first?.details).toEqual({
      revision: 1,
      ended: 0,
      keyMaxLifetimeSeconds_before: null,
      keyMaxLifetimeSeconds_after: 2_592_000,
      trustedClientDomains_before: [],
      trustedClientDomains_after: ['*.example.com'],
    });
  });

  verifies('I11', 'of changes made from the same revision one holds', async () => {
    const { owner } = management;
    for (let round = 0; round < 10; round++) {
      const { revision } = (await call('GET', '/v1/policies', owner)).body;
      const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => call('PATCH', '/v1/policies', owner, { revision, policy: { accessTokenTtlSeconds: 60 + index } })));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(409)]);
      const winner = answers.find(({ status }) => status === 200)!;
      expect((await call('GET', '/v1/policies', owner)).body).toMatchObject({ revision: Number(revision) + 1, policy: winner.body.policy });
    }
  }, 60_000);

  it('is not for members, not without the scope, and not there for others', async () => {
    const { owner, member, stranger } = management;
    const change = { revision: 0, policy: { mfaRequired: false } };
    expect(outcome(await call('PATCH', '/v1/policies', member, change))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('PATCH', '/v1/policies', { ...owner, scope: 'org:read' }, change))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('PATCH', '/v1/policies', { ...owner, roles: { org: 'member', projects: { prod: 'admin' } } }, change))).toEqual([403, 'insufficient_role']);
    expect(outcome(await call('GET', '/v1/policies', { ...owner, scope: 'keys:read' }))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await call('GET', '/v1/policies?org=acme', stranger))).toEqual([404, 'not_found']);
    expect(outcome(await call('PATCH', '/v1/policies', stranger, { ...change, org: 'acme' }))).toEqual([404, 'not_found']);
    expect((await call('GET', '/v1/policies', stranger)).body).toMatchObject({ org: 'rival', revision: 0 });
  });

  verifies('I11', 'a life of tokens is never longer than the deployment has it', async () => {
    const { stranger, accounts } = management;
    const patch = async (policy: Record<string, unknown>) => call('PATCH', '/v1/policies', stranger, { revision: (await call('GET', '/v1/policies', stranger)).body.revision, policy });
    for (const [name, own] of [['accessTokenTtlSeconds', 3600], ['refreshTokenTtlSeconds', 2_592_000]] as const) {
      const refused = await patch({ [name]: own + 1 });
      expect([...outcome(refused), refused.body.issues]).toEqual([400, 'invalid_request', [{ path: `policy.${name}`, message: expect.stringContaining(`${own} seconds at most`) }]]);
      expect((await call('GET', '/v1/policies', stranger)).body.policy).toMatchObject({ [name]: null });
      for (const good of [own, own - 1, null]) expect((await patch({ [name]: good })).body.policy).toMatchObject({ [name]: good });
    }
    // What was set before the deployment became stricter is in nobody's way, and counts no more than the deployment allows.
    await accounts.dataSource.query(`UPDATE organization_policies SET policy = policy || '{"accessTokenTtlSeconds": 7200}' WHERE org = 'rival'`);
    expect((await patch({ accessTokenTtlSeconds: 7200, mfaRequired: false })).status).toBe(200);
    expect(outcome(await patch({ accessTokenTtlSeconds: 7201 }))).toEqual([400, 'invalid_request']);
  });

  verifies('I11', 'null takes every member back to its default', async () => {
    const { stranger } = management;
    const change = async (policy: Record<string, unknown>) => call('PATCH', '/v1/policies', stranger, { revision: (await call('GET', '/v1/policies', stranger)).body.revision, policy });
    const set = {
      signInMethods: ['federated'], mfaRequired: true, sessionMaxAgeSeconds: 600, accessTokenTtlSeconds: 900, refreshTokenTtlSeconds: 900, keyMaxLifetimeSeconds: 86_400, requestsPerMinute: 5, requestsPerMinutePerCredential: 5,
      clients: 'trusted', trustedClientDomains: ['a.example'], blockedClientDomains: ['b.example'], sensitiveScopesTrustedOnly: true, clientRegistration: 'members',
    };
    expect(Object.keys(set).sort()).toEqual(Object.keys(defaultPolicy).sort());
    expect((await change(set)).body.policy).toEqual(set);
    expect((await change(Object.fromEntries(Object.keys(set).map((name) => [name, null])))).body.policy).toEqual(defaultPolicy);
  });

  it('refuses what is no policy, and says where', async () => {
    const { owner } = management;
    const bad: Record<string, unknown>[] = [
      { signInMethods: [] },
      { signInMethods: ['carrier-pigeon'] },
      { accessTokenTtlSeconds: 59 },
      { refreshTokenTtlSeconds: 1.5 },
      { keyMaxLifetimeSeconds: 'never' },
      { trustedClientDomains: ['https://example.com/'] },
      { trustedClientDomains: ['*'] },
      { unheardOf: true },
    ];
    for (const policy of bad) {
      const answer = await call('PATCH', '/v1/policies', owner, { revision: 0, policy });
      expect([policy, ...outcome(answer)]).toEqual([policy, 400, 'invalid_request']);
    }
    expect(outcome(await call('PATCH', '/v1/policies', owner, { policy: {} }))).toEqual([400, 'invalid_request']);
  });
});
