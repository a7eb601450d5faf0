import { WallClock } from '@latchkey/clock';
import { verifies } from '@latchkey/testing';
import { FindDomain } from '../src/domains/find-domain.ts';
import { RecheckDomains } from '../src/domains/recheck-domains.ts';
import { DnsTxtResolver } from '../src/domains/txt-resolver.ts';
import { authorizeUrl, FormBrowser, gatewayUrl, registerClient } from './support/accounts.ts';
import { consoleMe } from './support/console.ts';
import { startDnsServer, type Zones } from './support/dns-server.ts';
import { Management, outcome, type Answer, type Claims } from './support/management.ts';

const password = 'a rather long password of mine';
const day = 24 * 3600 * 1000;

/** The time of day, or some days later. */
class LaterClock extends WallClock {
  days = 0;

  override nowMs(): number {
    return Date.now() + this.days * day;
  }
}

/** The service as it runs, asking a DNS server of this test. */
describe('domains', () => {
  const zones: Zones = new Map();
  const clock = new LaterClock();
  let dns: Awaited<ReturnType<typeof startDnsServer>>;
  let management: Management;

  beforeAll(async () => {
    dns = await startDnsServer(zones);
    management = await Management.start({}, { clock, txtResolver: new DnsTxtResolver([dns.address]) });
  }, 60_000);
  afterAll(async () => {
    await management.close();
    await dns.close();
  });

  const call: Management['call'] = (...args) => management.call(...args);
  const challengeOf = ({ body }: Answer) => body.challenge as { name: string; type: string; value: string };
  const ownerOf = (email: string) => management.accounts.identity.app.get(FindDomain).ownerOf(email);
  const publish = (challenge: { name: string; value: string }) => zones.set(challenge.name, [[challenge.value]]);
  async function verified(domain: string, as: Claims = management.deputy): Promise<void> {
    publish(challengeOf(await call('POST', '/v1/domains', as, { domain })));
    expect((await call('POST', `/v1/domains/${domain}/verify`, as)).body.status).toBe('verified');
  }

  verifies('I11', 'a domain is an organization\'s own once the DNS says what was asked, and it says what it found until then', async () => {
    const { deputy, member } = management;
    const added = await call('POST', '/v1/domains', deputy, { domain: 'Acme.IO.' });
    expect([added.status, added.body]).toEqual([
      201,
      {
        org: 'acme', domain: 'acme.io', status: 'pending', autoJoin: false, createdAt: expect.any(String), verifiedAt: null, lastCheck: null,
        challenge: { name: '_latchkey-challenge.acme.io', type: 'TXT', value: expect.stringMatching(/^latchkey-verification=[\w-]{32}$/) },
      },
    ]);
    const { name, value } = challengeOf(added);
    const verify = async () => {
      const { status, body } = await call('POST', '/v1/domains/acme.io/verify', deputy);
      return [status, body.status, (body.lastCheck as { outcome: string }).outcome];
    };
    expect(await verify()).toEqual([200, 'pending', 'missing']);
    zones.set(name, [['v=spf1 -all'], [`${value}x`]]);
    expect(await verify()).toEqual([200, 'pending', 'other_value']);
    zones.set(name, null);
    expect(await verify()).toEqual([200, 'pending', 'unreachable']);
    expect(await ownerOf('someone@acme.io')).toBeNull();
    // Beside others, and in parts, as long values come.
    zones.set(name, [['v=spf1 -all'], [value.slice(0, 10), value.slice(10)]]);
    expect(await verify()).toEqual([200, 'verified', 'found']);
    expect(await ownerOf('Someone@ACME.io')).toEqual({ org: 'acme', autoJoin: false });
    expect(await ownerOf('someone@mail.acme.io')).toBeNull();
    expect((await call('GET', '/v1/domains/acme.io', member)).body).toMatchObject({ status: 'verified', verifiedAt: expect.any(String) });
    expect((await call('GET', '/v1/domains', member)).body.items).toMatchObject([{ domain: 'acme.io' }]);
    for (const action of ['domain.added', 'domain.verified']) {
      expect(await management.audited(action)).toEqual([expect.objectContaining({ org: 'acme', actor: { kind: 'user', id: deputy.sub }, target: { kind: 'domain', id: 'acme.io' } })]);
    }
  });

  verifies('I11', 'one organization proves a domain; another one\'s record does not count for it, and it is free again when it is let go', async () => {
    const { deputy, stranger } = management;
    await verified('shared.io', deputy);
    const theirs = challengeOf(await call('POST', '/v1/domains', stranger, { domain: 'shared.io' }));
    expect((await call('POST', '/v1/domains/shared.io/verify', stranger)).body).toMatchObject({ status: 'pending', lastCheck: { outcome: 'other_value' } });
    publish(theirs);
    expect(outcome(await call('POST', '/v1/domains/shared.io/verify', stranger))).toEqual([409, 'conflict']);
    expect(await ownerOf('x@shared.io')).toMatchObject({ org: 'acme' });
    expect((await call('DELETE', '/v1/domains/shared.io', deputy)).body).toEqual({ domain: 'shared.io', deletedAt: expect.any(String) });
    expect(outcome(await call('GET', '/v1/domains/shared.io', deputy))).toEqual([404, 'not_found']);
    expect((await call('POST', '/v1/domains/shared.io/verify', stranger)).body.status).toBe('verified');
    expect(await ownerOf('x@shared.io')).toMatchObject({ org: 'rival' });
    expect((await management.audited('domain.removed'))[0]).toMatchObject({ target: { id: 'shared.io' }, details: { verified: true } });
  });

  verifies('I11', 'of two organizations that prove a domain at the same moment one has it (10 times)', async () => {
    const { deputy, stranger } = management;
    for (let round = 0; round < 10; round++) {
      const domain = `race-${round}.io`;
      const challenges = await Promise.all([deputy, stranger].map(async (as) => challengeOf(await call('POST', '/v1/domains', as, { domain }))));
      zones.set(challenges[0]!.name, challenges.map(({ value }) => [value]));
      const answers = await Promise.all([deputy, stranger, deputy, stranger].map((as) => call('POST', `/v1/domains/${domain}/verify`, as)));
      const winners = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.org));
      expect([answers.map(({ status }) => status).sort(), winners.size]).toEqual([[200, 200, 409, 409], 1]);
    }
  }, 60_000);

  verifies('I11', 'where the organization wants it, people with a confirmed address in its domain become members by signing in; nobody else, and nobody again', async () => {
    const { deputy, accounts, owner } = management;
    const { issuer } = accounts;
    await verified('staff.io');
    const { id } = await accounts.createUser('new@staff.io', password, true);
    await accounts.createUser('claims@staff.io', password, false);
    await accounts.createUser('sub@mail.staff.io', password, true);
    const seen = async (email: string) => {
      const browser = new FormBrowser(issuer);
      await browser.submit(await browser.get(`${issuer}/console/sign-in`), { email, password });
      return (await consoleMe(browser, issuer)).memberships.map(({ org, role }) => [org, role]);
    };
    expect(await seen('new@staff.io')).toEqual([]);
    const switched = await call('PATCH', '/v1/domains/staff.io', deputy, { autoJoin: true });
    expect([switched.status, switched.body.autoJoin]).toEqual([200, true]);
    expect((await management.audited('domain.changed'))[0]?.details).toEqual({ auto_join_before: false, auto_join_after: true });
    expect(await seen('new@staff.io')).toEqual([['acme', 'member']]);
    for (const email of ['claims@staff.io', 'sub@mail.staff.io']) expect(await seen(email)).toEqual([]);
    expect((await management.audited('member.added')).at(-1)).toMatchObject({ org: 'acme', actor: { kind: 'user', id }, details: { role: 'member' } });
    expect((await call('DELETE', `/v1/members/${id}`, owner)).status).toBe(200);
    expect(await seen('new@staff.io')).toEqual([]);

    // The same where a program asks for access first.
    await accounts.createUser('second@staff.io', password, true);
    const clientId = await registerClient(issuer);
    const browser = new FormBrowser(issuer);
    const signIn = await browser.get(authorizeUrl(issuer, { clientId, scope: 'keys:read', resource: `${gatewayUrl}/v1` }));
    expect((await browser.submit(signIn, { email: 'second@staff.io', password })).text).toMatch(/>Allow<\/button>/);
    expect((await call('GET', '/v1/members?q=second@staff.io', owner)).body.items).toMatchObject([{ role: 'member' }]);
  });

  verifies('I11', 'a proven domain is looked at daily, and lapses a week after its record was last there', async () => {
    const { deputy, accounts } = management;
    await verified('moved.io');
    await call('PATCH', '/v1/domains/moved.io', deputy, { autoJoin: true });
    const recheck = accounts.identity.app.get(RecheckDomains);
    const after = async (days: number) => {
      clock.days = days;
      await recheck.run().finally(() => (clock.days = 0));
      const [row] = await accounts.dataSource.query<{ verified: boolean; last: string; failing: boolean; auto: boolean }[]>(
        `SELECT verified_at IS NOT NULL AS verified, last_outcome AS last, failing_since IS NOT NULL AS failing, auto_join AS auto FROM domains WHERE org = 'acme' AND domain = 'moved.io'`,
      );
      return row;
    };
    const name = '_latchkey-challenge.moved.io';
    const kept = zones.get(name)!;
    zones.set(name, null);
    expect(await after(0.5)).toMatchObject({ last: 'found', failing: false });
    expect(await after(2)).toMatchObject({ verified: true, last: 'unreachable', failing: true });
    zones.set(name, kept);
    expect(await after(8)).toMatchObject({ verified: true, last: 'found', failing: false });
    zones.delete(name);
    expect(await after(10)).toMatchObject({ verified: true, last: 'missing', failing: true, auto: true });
    expect(await after(16)).toMatchObject({ verified: true, last: 'missing' });
    expect(await after(18)).toEqual({ verified: false, last: 'missing', failing: false, auto: false });
    expect(await ownerOf('x@moved.io')).toBeNull();
    expect((await management.audited('domain.lapsed')).at(-1)).toMatchObject({ org: 'acme', actor: { kind: 'service', id: 'identity' }, target: { id: 'moved.io' } });
  });

  it('takes no name that is none, none that nobody can own, and none twice', async () => {
    const { deputy } = management;
    for (const domain of ['co.uk', 'localhost', '10.0.0.1', 'a_b.com', 'x', 'user@acme.com', 'https://acme.com', 'a\u0000.com']) {
      expect([domain, ...outcome(await call('POST', '/v1/domains', deputy, { domain }))]).toEqual([domain, 400, 'invalid_request']);
    }
    expect((await call('POST', '/v1/domains', deputy, { domain: 'BÜCHER.de' })).body.domain).toBe('xn--bcher-kva.de');
    expect(outcome(await call('POST', '/v1/domains', deputy, { domain: 'xn--bcher-kva.de' }))).toEqual([409, 'conflict']);
    expect(outcome(await call('PATCH', '/v1/domains/xn--bcher-kva.de', deputy, { autoJoin: true }))).toEqual([409, 'conflict']);
    expect(outcome(await call('PATCH', '/v1/domains/xn--bcher-kva.de', deputy, { autoJoin: 'yes' }))).toEqual([400, 'invalid_request']);
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: Answer = await call('GET', `/v1/domains?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`, deputy);
      seen.push(...body.items.map(({ domain }) => domain));
      cursor = body.nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(['acme.io', 'xn--bcher-kva.de']));
  });

  it('is for administrators to change, and not there for other tenants', async () => {
    const { deputy, member, stranger } = management;
    await call('POST', '/v1/domains', deputy, { domain: 'private.io' });
    const requests: [string, string, unknown?][] = [
      ['POST', '/v1/domains/private.io/verify'],
      ['PATCH', '/v1/domains/private.io', { autoJoin: false }],
      ['DELETE', '/v1/domains/private.io'],
      ['POST', '/v1/domains', { org: 'acme', domain: 'other.io' }],
    ];
    for (const [method, path, body] of requests) {
      expect([path, ...outcome(await call(method, path, member, body))]).toEqual([path, 403, 'insufficient_role']);
      expect([path, ...outcome(await call(method, path, { ...deputy, scope: 'org:read' }, body))]).toEqual([path, 403, 'insufficient_scope']);
      expect([path, ...outcome(await call(method, path, stranger, body))]).toEqual([path, 404, 'not_found']);
    }
    for (const path of ['/v1/domains/private.io', '/v1/domains?org=acme', '/v1/domains/%00']) expect(outcome(await call('GET', path, stranger))).toEqual([404, 'not_found']);
    expect(outcome(await call('GET', '/v1/domains', { ...deputy, scope: 'keys:read' }))).toEqual([403, 'insufficient_scope']);
  });
});
