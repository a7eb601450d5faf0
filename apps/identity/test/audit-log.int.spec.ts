import type { AuditLink, AuditVerification, IdentityAssertionClaims, ListedAuditEvent } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { ChainEvents } from '../src/audit/chain-events.ts';
import { AuditKeeper } from '../src/audit/audit-keeper.ts';
import { recordAudit } from '../src/audit/record-audit.ts';
import { verifyLines } from '../src/audit/verify-lines.ts';
import { VerifyChain } from '../src/audit/verify-chain.ts';
import { admin, gatewayUrl, startAccounts, type Accounts } from './support/accounts.ts';

describe('the audit log', () => {
  let accounts: Accounts;
  let owner: string;
  let member: string;
  let foreigner: string;

  beforeAll(async () => {
    accounts = await startAccounts();
    owner = await accounts.userId(admin.email);
    member = (await accounts.createUser('member@example.com')).id;
    foreigner = (await accounts.createUser('foreigner@example.com')).id;
    await accounts.addMember({ userId: member, org: 'acme', role: 'member' });
    await accounts.createOrg('rival', foreigner);
  }, 60_000);
  afterAll(() => accounts.close());

  const sql = <T = unknown>(text: string, values: unknown[] = []): Promise<T[]> => accounts.dataSource.query<T[]>(text, values);
  const chain = () => accounts.identity.app.get(ChainEvents).run();

  async function ask(path: string, as: Partial<IdentityAssertionClaims> = {}): Promise<{ status: number; text: string; json: () => unknown }> {
    const claims = { iss: gatewayUrl, aud: accounts.issuer, sub: owner, org: 'acme', scope: 'audit:read', roles: { org: 'owner' as const, projects: {} }, ...as };
    const response = await fetch(`${accounts.issuer}/v1/audit${path}`, { headers: { 'latchkey-identity': await accounts.asserter.sign(claims) } });
    const text = await response.text();
    return { status: response.status, text, json: () => JSON.parse(text) as unknown };
  }
  const list = async (query = '', as?: Partial<IdentityAssertionClaims>) => (await ask(query, as)).json() as { items: ListedAuditEvent[]; nextCursor: string | null };
  const codeOf = async (query: string, as: Partial<IdentityAssertionClaims>) => ((await ask(query, as)).json() as { code: string }).code;
  const verify = async (query = '') => (await ask(`/verify${query}`)).json() as AuditVerification;
  const links = async (query = '') => (await ask(`/export${query}`)).text.trimEnd().split('\n').map((line) => JSON.parse(line) as AuditLink);
  const act = (name: string, more: object = {}) =>
    recordAudit(accounts.dataSource.manager, { org: 'acme', actor: { kind: 'user', id: owner }, action: 'thing.happened', target: { kind: 'thing', id: name }, ...more });

  verifies('I17', 'an administrator finds an act by who, what, with what, how it ended, and when', async () => {
    await act('needle', { actor: { kind: 'client', id: 'client-1', by: ['stand-in'] }, credential: { kind: 'pat', id: 'Zz12Zz34' }, outcome: 'refused', code: 'policy_violation', address: '192.0.2.7', details: { a: 1 } });
    const [event] = (await list('?action=thing.')).items;
    expect(event).toMatchObject({ service: 'identity', org: 'acme', actor: { kind: 'client', id: 'client-1' }, credential: { id: 'Zz12Zz34' }, outcome: 'refused', code: 'policy_violation', address: '192.0.2.7' });
    const hits = ['actor=client-1', 'actor=stand-in', 'target=needle', 'credential=Zz12Zz34', 'outcome=refused', 'address=192.0.2.7', 'action=thing.happened&service=identity', `action=thing.&from=${event!.at}`];
    for (const query of hits) expect([query, (await list(`?${query}`)).items.map(({ target }) => target?.id)]).toEqual([query, expect.arrayContaining(['needle'])]);
    const misses = ['actor=client-2', 'target=needl', 'credential=zz12zz34', 'outcome=failed', 'address=192.0.2.8', 'action=thing.happened.', 'action=thin_', 'service=keys', `action=thing.&to=${event!.at}`, 'requestId=none'];
    for (const query of misses) expect([query, (await list(`?${query}`)).items.map(({ target }) => target?.id)]).toEqual([query, expect.not.arrayContaining(['needle'])]);
    // A time is no position, nor the other way round: whoever mixes them up is told which is which.
    for (const name of ['from', 'to']) {
      for (const path of ['/export', '/verify']) expect((await ask(`${path}?${name}=2026-01-01T00:00:00Z`)).json()).toMatchObject({ status: 400, detail: `${name}: a position in the chain is expected, a whole number from 1 (times are for GET /v1/audit)` });
      expect((await ask(`?${name}=17`)).json()).toMatchObject({ status: 400, detail: `${name}: a time is expected, such as 2026-01-31T00:00:00Z` });
    }
    for (const query of ['outcome=maybe', 'from=yesterday', 'action=%25', 'cursor=abc', 'limit=0', 'org=..']) expect([query, (await ask(`?${query}`)).status]).toEqual([query, 400]);
  });

  verifies('I17', 'pages follow one another without a gap or a repetition, newest first', async () => {
    for (let index = 0; index < 7; index += 1) await act(`page-${index}`);
    const seen: { at: string; id: string }[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(`?limit=3&action=thing.${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ at, target }) => ({ at, id: target!.id })));
      cursor = page.nextCursor;
    }
    expect(seen.map(({ id }) => id).sort()).toEqual(['needle', 'page-0', 'page-1', 'page-2', 'page-3', 'page-4', 'page-5', 'page-6']);
    expect(seen.map(({ at }) => at)).toEqual(seen.map(({ at }) => at).sort().reverse());
  });

  verifies('I17', 'is read whole by administrators with the scope, of their own organization alone', async () => {
    const rival = { sub: foreigner, org: 'rival' };
    for (const path of ['', '/export', '/verify']) {
      const join = path === '' ? '?' : `${path}?`;
      expect([path, await codeOf(`${join}org=acme`, rival)]).toEqual([path, 'not_found']);
      expect([path, await codeOf(`${join}org=nowhere`, {})]).toEqual([path, 'not_found']);
      expect([path, await codeOf(path, { scope: 'org:read' })]).toEqual([path, 'insufficient_scope']);
      expect([path, await codeOf(path, { sub: member })]).toEqual([path, 'insufficient_role']);
      // A key of an owner that is kept to one project does not speak for the organization.
      expect([path, await codeOf(path, { roles: { org: 'member', projects: { prod: 'admin' } } })]).toEqual([path, 'insufficient_role']);
    }
    const theirs = (await list('?limit=100', rival)).items;
    expect(theirs.map(({ action }) => action).sort()).toEqual(['member.added', 'org.created']);
    await chain();
    const exported = await ask('/export', rival);
    expect(exported.text).not.toContain('acme');
  });

  verifies('I17', 'a member sees what they did and what was tried with their account, and nothing else', async () => {
    await act('mine', { actor: { kind: 'user', id: member } });
    const attempt = { org: null, actor: { kind: 'anonymous', id: null }, action: 'sign_in.refused', outcome: 'refused', target: { kind: 'user', id: member } } as const;
    await recordAudit(accounts.dataSource.manager, attempt);
    await recordAudit(accounts.dataSource.manager, { ...attempt, target: { kind: 'user', id: owner } });
    await recordAudit(accounts.dataSource.manager, { org: 'rival', actor: { kind: 'user', id: member }, action: 'thing.happened' });
    const mine = (await list('?actor=me&action=thing.', { sub: member })).items;
    expect(mine.map(({ target }) => target?.id)).toEqual(['mine']);
    const tried = (await list('?target=me&outcome=refused', { sub: member })).items;
    expect(tried.map(({ action, target }) => [action, target?.id])).toEqual([['sign_in.refused', member]]);
    // What administrators did to them stands in the organization's log, with the administrators' addresses.
    expect((await list('?target=me', { sub: member })).items.map(({ action }) => action)).not.toContain('member.added');
  });

  verifies('I17', 'every event becomes a link of its organization\'s chain once, whoever appends', async () => {
    await chain();
    const before = (await verify()).head!.position;
    for (let index = 0; index < 30; index += 1) await act(`link-${index}`);
    await Promise.all(Array.from({ length: 5 }, () => chain()));
    await chain();
    const verification = await verify();
    // The export of the last test is a link too.
    expect(verification).toEqual({ ok: true, checked: before + 30, firstBad: null, head: { position: before + 30, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string }, next: null });
    expect((await verify(`?from=3&to=5`)).checked).toBe(3);
    // The list is ordered by time; two events of one millisecond may stand in another order than in the chain.
    const newest = (await list('?limit=30')).items.find(({ position }) => position === verification.head!.position);
    expect(newest?.hash).toBe(verification.head!.hash);
    expect(await sql("SELECT 1 FROM audit_events WHERE position IS NULL AND org = 'acme'")).toEqual([]);
  });

  verifies('I17', 'an export can be verified by itself, and shows what was done to it', async () => {
    const all = await links();
    const text = (some: readonly unknown[]) => some.map((link) => JSON.stringify(link));
    const check = (lines: string[], options = {}) => verifyLines((async function* () { for (const line of await Promise.resolve(lines)) yield line; })(), options);
    const head = { position: all.at(-1)!.position, hash: all.at(-1)!.hash };
    expect(await check(text(all), { org: 'acme', head })).toMatchObject({ ok: true, checked: all.length, head });
    expect(await check(text(await links('?from=4&to=9')), { org: 'acme' })).toMatchObject({ ok: true, checked: 6, head: { position: 9 } });
    const changed = all.map((link) => (link.position === 4 ? { ...link, event: { ...link.event, outcome: 'failed' } } : link));
    expect((await check(text(changed))).firstBad).toEqual({ position: 4, flaw: 'changed' });
    expect((await check(text(all.filter(({ position }) => position !== 4)))).firstBad).toEqual({ position: 4, flaw: 'missing' });
    expect((await check([...text(all.slice(0, 4)), text(all)[2]!, ...text(all.slice(4))])).firstBad).toEqual({ position: 5, flaw: 'missing' });
    expect((await check(text(all.slice(0, -1)), { head })).firstBad).toEqual({ position: head.position, flaw: 'truncated' });
    expect((await check(text(all), { org: 'rival' })).ok).toBe(false);
    expect((await check(['no json'])).ok).toBe(false);
  });

  describe('tampered with in the database', () => {
    /** Breaks something, says what is found, and takes it back. */
    async function tampered(statements: string[], query = ''): Promise<AuditVerification['firstBad']> {
      await sql('CREATE TABLE backup_events AS SELECT * FROM audit_events');
      await sql('CREATE TABLE backup_chains AS SELECT * FROM audit_chains');
      try {
        for (const statement of statements) await sql(statement);
        return (await verify(query)).firstBad;
      } finally {
        await sql('TRUNCATE audit_events, audit_chains');
        await sql('INSERT INTO audit_events SELECT * FROM backup_events');
        await sql('INSERT INTO audit_chains SELECT * FROM backup_chains');
        await sql('DROP TABLE backup_events, backup_chains');
      }
    }
    const at = (position: number) => `chain = 'acme' AND position = ${position}`;

    verifies('I17', 'a change, a removal, an insertion and an exchange are found, at their place', async () => {
      await chain();
      const { position, hash } = (await verify()).head!;
      expect(await tampered([])).toBeNull();
      expect(await tampered([`UPDATE audit_events SET event = jsonb_set(event, '{actor,id}', '"somebody"') WHERE ${at(5)}`])).toEqual({ position: 5, flaw: 'changed' });
      // Only the columns that lists filter by: an act that no filter finds is as good as removed.
      expect(await tampered([`UPDATE audit_events SET action = 'other.happened' WHERE ${at(5)}`])).toEqual({ position: 5, flaw: 'changed' });
      expect(await tampered([`UPDATE audit_events SET at = at - interval '1 day' WHERE ${at(5)}`])).toEqual({ position: 5, flaw: 'changed' });
      expect(await tampered([`DELETE FROM audit_events WHERE ${at(5)}`])).toEqual({ position: 5, flaw: 'missing' });
      const inserted = `INSERT INTO audit_events (id, at, service, org, action, outcome, event, chain, position, previous, hash)
        SELECT gen_random_uuid(), at, service, org, action, outcome, event, chain, 5, previous, hash FROM audit_events WHERE ${at(6)}`;
      const shifted = [`UPDATE audit_events SET position = -position WHERE chain = 'acme' AND position >= 5`, `UPDATE audit_events SET position = 1 - position WHERE chain = 'acme' AND position < 0`];
      expect(await tampered([...shifted, inserted, `UPDATE audit_chains SET position = position + 1 WHERE chain = 'acme'`])).toEqual({ position: 5, flaw: 'changed' });
      const exchanged = [`UPDATE audit_events SET position = -5 WHERE ${at(5)}`, `UPDATE audit_events SET position = 5 WHERE ${at(6)}`, `UPDATE audit_events SET position = 6 WHERE chain = 'acme' AND position = -5`];
      expect(await tampered(exchanged)).toEqual({ position: 5, flaw: 'detached' });
      expect(await tampered([`UPDATE audit_events SET chain = 'rival', position = 1000 WHERE ${at(5)}`])).toEqual({ position: 5, flaw: 'missing' });
      expect(await tampered([`DELETE FROM audit_events WHERE ${at(position)}`])).toEqual({ position, flaw: 'truncated' });
      // Cut off with its head set back, only who noted the head can tell.
      const cut = [`DELETE FROM audit_events WHERE ${at(position)}`, `UPDATE audit_chains c SET position = e.position, hash = e.hash FROM audit_events e WHERE c.chain = 'acme' AND e.chain = 'acme' AND e.position = ${position - 1}`];
      expect(await tampered(cut)).toBeNull();
      expect(await tampered(cut, `?head=${position}:${hash}`)).toEqual({ position, flaw: 'truncated' });
      expect(await tampered([], `?head=${position}:${'0'.repeat(64)}`)).toEqual({ position, flaw: 'other_history' });
      expect(await tampered([], `?head=${position}:${hash}`)).toBeNull();
      // A beginning that retention did not remove.
      const beheaded = [`UPDATE audit_chains SET pruned_position = 3, pruned_hash = (SELECT hash FROM audit_events WHERE ${at(3)}) WHERE chain = 'acme'`, `DELETE FROM audit_events WHERE chain = 'acme' AND position <= 3`];
      expect(await tampered(beheaded)).toEqual({ position: 3, flaw: 'cut_beginning' });
    });
  });

  verifies('I17', 'what is too old goes from the beginning, and the rest still verifies', async () => {
    await chain();
    const { position } = (await verify()).head!;
    await sql(`UPDATE audit_events SET received_at = received_at - interval '366 days' WHERE chain = 'acme' AND position <= 6`);
    await accounts.identity.app.get(AuditKeeper).hourly();
    expect(await verify()).toMatchObject({ ok: true, checked: position - 6 });
    await chain();
    expect((await links())[0]!.position).toBe(7);
    const [pruned] = (await list('?action=audit.pruned')).items;
    expect(pruned).toMatchObject({ actor: { kind: 'service', id: 'identity' }, details: { position: 6 } });
    await sql(`DELETE FROM audit_events WHERE chain = 'acme' AND position = 7`);
    expect((await verify()).firstBad).toEqual({ position: 7, flaw: 'missing' });
  });

  it('goes on where one call stopped', async () => {
    const verifyChain = accounts.identity.app.get(VerifyChain);
    await chain();
    const first = await verifyChain.run('', { limit: 2 });
    expect(first).toMatchObject({ ok: true, checked: 2, next: 3 });
    expect(await verifyChain.run('', { from: first.next! })).toMatchObject({ ok: true, next: null, checked: first.head!.position - 2 });
  });
});
