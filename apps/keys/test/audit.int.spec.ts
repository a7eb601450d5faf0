import type { AuditEvent } from '@latchkey/contracts';
import { InProcessTrail, type TrailBatch } from '@latchkey/feed';
import { eventually, verifies } from '@latchkey/testing';
import { ann, bob, eve, KeysFixture } from './keys-fixture.ts';

describe('what the key service tells the audit log', () => {
  const trail = new InProcessTrail();
  let keys: KeysFixture;
  beforeAll(async () => {
    keys = await KeysFixture.start({ trail });
  }, 60_000);
  afterAll(() => keys.stop());

  const waiting = async (): Promise<AuditEvent[]> => (await keys.query<{ event: AuditEvent }>('SELECT event FROM audit_outbox ORDER BY created_at')).map(({ event }) => event);

  verifies('I17', 'acts wait while nobody can be told, and are told when somebody can, each with who, with what and from where', async () => {
    const minted = await keys.mint({ ...ann, address: '198.51.100.7' }, { name: 'deploy key', scopes: ['mcp:read', 'keys:read'] });
    await keys.call(ann, 'DELETE', `/v1/pats/${minted.id}`);
    await keys.call(ann, 'DELETE', `/v1/pats/${minted.id}`);
    const acts = await waiting();
    expect(acts).toMatchObject([
      {
        service: 'keys', org: 'acme', action: 'pat.minted', outcome: 'success', actor: { kind: 'user', id: 'ann' }, credential: { kind: 'access_token', id: 'jti-1' },
        target: { kind: 'pat', id: minted.id, name: 'deploy key' }, address: '198.51.100.7', requestId: expect.any(String) as string, details: { owner: 'ann', scopes: ['mcp:read', 'keys:read'] },
      },
      { action: 'pat.revoked', target: { kind: 'pat', id: minted.id }, credential: { kind: 'access_token', id: 'jti-1' } },
    ]);
    // A key is told by its public id; neither it nor its hash is in an event.
    expect(JSON.stringify(acts)).not.toContain(minted.token.slice(-20));
    const [{ hash } = { hash: '' }] = await keys.query<{ hash: string }>("SELECT encode(hash, 'base64') AS hash FROM personal_access_tokens WHERE id = $1", [minted.id]);
    expect(JSON.stringify(acts)).not.toContain(hash.slice(0, 20));

    const told: TrailBatch[] = [];
    let refusals = 2;
    await trail.consume((batch) => {
      if (refusals-- > 0) return Promise.reject(new Error('the log is away'));
      return Promise.resolve(void told.push(batch));
    });
    await eventually(() => expect(told.flatMap(({ payload }) => (payload as AuditEvent[]).map(({ id }) => id))).toEqual(acts.map(({ id }) => id)));
    await eventually(async () => expect(await waiting()).toEqual([]));
    expect(told[0]!.source).toBe('keys');
  });

  verifies('I17', 'a key that was asked for and refused is told too, with the reason, and one that was not asked for right is not', async () => {
    const told: AuditEvent[] = [];
    await trail.close();
    await trail.consume(({ payload }) => Promise.resolve(void told.push(...(payload as AuditEvent[]))));
    const body = { name: 'too much', org: 'acme', scopes: ['org:admin'], expiresIn: '30d' };
    expect((await keys.call(bob, 'POST', '/v1/pats', body)).status).toBe(403);
    expect((await keys.call(bob, 'POST', '/v1/pats', { ...body, scopes: ['nonsense'] })).status).toBe(400);
    await eventually(() => expect(told).toMatchObject([{ action: 'pat.minted', outcome: 'refused', code: 'insufficient_role', actor: { id: 'bob' }, org: 'acme', details: { scopes: ['org:admin'] } }]));
    // Somebody who asks for a key of another organization is told of to their own.
    await keys.call(eve, 'POST', '/v1/pats', body);
    await eventually(() => expect(told.at(-1)).toMatchObject({ org: 'globex', actor: { id: 'eve' }, outcome: 'refused' }));
  });
});
