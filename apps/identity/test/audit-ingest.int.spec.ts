import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '@latchkey/contracts';
import { InProcessTrail } from '@latchkey/feed';
import { eventually, verifies } from '@latchkey/testing';
import { ChainEvents } from '../src/audit/chain-events.ts';
import { VerifyChain } from '../src/audit/verify-chain.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

describe('acts of other services', () => {
  const trail = new InProcessTrail();
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity({ trail, variables: { LATCHKEY_MAILBOX: 'true' } });
  }, 60_000);
  afterAll(() => identity.stop());

  const event = (more: Partial<AuditEvent> = {}): AuditEvent => ({
    id: randomUUID(), at: '2026-05-04T09:30:00.123Z', service: 'keys', org: 'acme', actor: { kind: 'user', id: 'ann' }, credential: { kind: 'pat', id: 'Ab12Cd34' },
    action: 'pat.minted', target: { kind: 'pat', id: 'Zz12Zz34', name: 'deploy' }, outcome: 'success', code: null, address: '198.51.100.7', requestId: 'r-1', details: { scopes: ['mcp:read'] }, ...more,
  });
  const kept = async (id: string): Promise<AuditEvent | undefined> =>
    (await identity.dataSource.query<{ event: AuditEvent }[]>('SELECT event FROM audit_events WHERE id = $1', [id]))[0]?.event;
  const count = async (action: string): Promise<number> => (await identity.dataSource.query<unknown[]>('SELECT 1 FROM audit_events WHERE action = $1', [action])).length;

  verifies('I17', 'are kept as they were told, once each, however often they arrive, and become links', async () => {
    const told = event();
    await trail.publish('keys', [told, event()]);
    await trail.publish('keys', [told, event()]);
    expect(await kept(told.id)).toEqual(told);
    // Nor does a second telling change the first.
    await trail.publish('keys', [{ ...told, outcome: 'failed' }]);
    expect(await kept(told.id)).toEqual(told);
    expect(await count('pat.minted')).toBe(3);
    await identity.running.app.get(ChainEvents).run();
    expect(await identity.running.app.get(VerifyChain).run('acme')).toMatchObject({ ok: true });
  });

  verifies('I17', 'are believed of that service only: in another\'s name, or none of the contract, they are refused, and that is kept', async () => {
    const good = event({ service: 'gateway' });
    const forged = [event({ service: 'identity' }), event({ service: 'keys' }), event({ service: 'gateway', action: 'Not An Action' })];
    const broken = [event({ service: 'gateway', address: 'a\u0000b' }), event({ service: 'gateway', requestId: 'half \ud800' }), { ...event({ service: 'gateway' }), id: 'x' }];
    await trail.publish('gateway', [forged[0]!, good, ...forged.slice(1), ...broken]);
    expect(await kept(good.id)).toEqual(good);
    for (const { id } of forged) expect(await kept(id)).toBeUndefined();
    const [refusal] = await identity.dataSource.query<{ event: AuditEvent }[]>("SELECT event FROM audit_events WHERE action = 'audit.refused'");
    expect(refusal!.event).toMatchObject({ service: 'identity', org: null, target: { kind: 'service', id: 'gateway' }, details: { events: 6 } });
  });

  verifies(['K5', 'K7'], 'that concern a key are written to its owner, once, and of nobody else’s organization', async () => {
    const [admin] = await identity.dataSource.query<{ id: string; email: string }[]>("SELECT id, email FROM users WHERE email = 'admin@example.com'");
    const mails = async () => Number((await identity.dataSource.query<{ count: string }[]>('SELECT count(*) FROM mails'))[0]!.count);
    const before = await mails();
    const expiring = event({ action: 'pat.expiring', actor: { kind: 'service', id: 'keys' }, credential: null, details: { owner: admin!.id, expiresAt: '2026-06-01T00:00:00.000Z', withinDays: 7 } });
    await trail.publish('keys', [expiring, event()]);
    await trail.publish('keys', [expiring]);
    // A service key is its organization's.
    await trail.publish('keys', [event({ action: 'pat.leaked', details: { owner: 'svc_Zz12Zz34' } })]);
    for (const more of [{ org: 'no-such-org' }, { service: 'gateway' as const }, { details: { owner: randomUUID() } }]) await trail.publish(more.service ?? 'keys', [{ ...expiring, id: randomUUID(), ...more }]);
    expect((await mails()) - before).toBe(2);
  });

  verifies('WH-03', 'of an endpoint that was disabled are written to whoever registered it', async () => {
    const [admin] = await identity.dataSource.query<{ id: string; email: string }[]>("SELECT id, email FROM users WHERE email = 'admin@example.com'");
    const told = event({ action: 'webhook_endpoint.disabled', actor: { kind: 'service', id: 'keys' }, credential: null, target: { kind: 'webhook_endpoint', id: 'ep-410' }, details: { reason: 'gone', owner: admin!.id, host: 'hooks.example:8443' } });
    const mails = async () => Number((await identity.dataSource.query<{ count: string }[]>('SELECT count(*) FROM mails'))[0]!.count);
    const before = await mails();
    await trail.publish('keys', [told]);
    await trail.publish('keys', [told]);
    // Made with a key of the organization: its owners are told.
    await trail.publish('keys', [{ ...told, id: randomUUID(), details: { ...told.details, owner: 'svc_Zz12Zz34' } }]);
    expect((await mails()) - before).toBe(2);
  });

  verifies('I17', 'of an organization that does not exist are kept with those of none', async () => {
    const told = event({ org: 'no-such-org' });
    await trail.publish('keys', [told]);
    expect(await kept(told.id)).toEqual({ ...told, org: null, details: { ...told.details, claimedOrg: 'no-such-org' } });
  });

  verifies('I17', 'are told again when they could not be kept', async () => {
    await identity.dataSource.query('ALTER TABLE audit_events RENAME TO audit_events_away');
    const told = event();
    await expect(trail.publish('keys', [told])).rejects.toThrow();
    await identity.dataSource.query('ALTER TABLE audit_events_away RENAME TO audit_events');
    await eventually(() => trail.publish('keys', [told]));
    expect(await kept(told.id)).toEqual(told);
  });
});
