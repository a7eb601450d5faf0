import { randomUUID } from 'node:crypto';
import type { MemberRecord } from '@latchkey/contracts';
import { eventually, verifies } from '@latchkey/testing';
import { FormBrowser, type Page } from './support/accounts.ts';
import { linkIn as accountLinkIn, mailsTo, mailTo } from './support/mailbox.ts';
import { Management, outcome, type Claims } from './support/management.ts';
import { consoleMe } from './support/console.ts';

const password = 'a rather long password of mine';
const subject = /invited to an organization/;

describe('invitations', () => {
  let management: Management;
  let issuer: string;

  beforeAll(async () => {
    management = await Management.start({ LATCHKEY_MAILBOX: 'true' });
    issuer = management.accounts.issuer;
  }, 60_000);
  afterAll(() => management.close());

  const call: Management['call'] = (...args) => management.call(...args);
  const invite = (email: string, more: Record<string, unknown> = {}, as: Claims = management.deputy) => call('POST', '/v1/members/invitations', as, { email, ...more });
  const linkTo = async (email: string): Promise<string> => new RegExp(`${issuer}/invitations/\\S+`).exec((await mailTo(issuer, email, subject)).text)![0];
  /** Of the mail that makes it so many. */
  const nthLink = (email: string, count: number): Promise<string> =>
    eventually(async () => {
      const mails = await mailsTo(issuer, email);
      expect(mails).toHaveLength(count);
      return /https?:\S+/.exec(mails[0]!.text)![0];
    });
  const person = (email: string, verified = true) => management.accounts.createUser(email, password, verified);

  async function signedIn(email: string): Promise<FormBrowser> {
    const browser = new FormBrowser(issuer);
    const page = await browser.submit(await browser.get(`${issuer}/console/sign-in`), { email, password });
    expect(new URL(page.url).pathname).toBe('/console');
    return browser;
  }
  /** Presses Accept or Decline on the page. */
  function press(browser: FormBrowser, page: Page, answer: 'accept' | 'decline'): Promise<Page> {
    const form = new RegExp(`action="([^"]+/${answer})"><input type="hidden" name="_csrf" value="([^"]+)"`).exec(page.text);
    if (form === null) throw new Error(`no ${answer} on ${page.text}`);
    return browser.post(new URL(form[1]!, issuer).href, { _csrf: form[2]! });
  }
  const roleOf = async (email: string): Promise<unknown> =>
    (await call('GET', `/v1/members?q=${encodeURIComponent(email)}`, management.owner)).body.items.map(({ role, projects }) => ({ role, projects }))[0];

  verifies('I10', 'somebody with an account follows the mailed link, accepts, and is a member with the roles that were offered', async () => {
    const user = await person('guest@example.com');
    const sent = await invite(' Guest@Example.com ', { role: 'admin', projects: { lab: 'viewer' } });
    expect([sent.status, sent.body]).toEqual([
      201,
      {
        id: expect.any(String), org: 'acme', email: 'guest@example.com', role: 'admin', projects: { lab: 'viewer' }, status: 'pending',
        invitedBy: management.deputy.sub, createdAt: expect.any(String), expiresAt: expect.any(String),
      },
    ]);
    expect(Date.parse(String(sent.body.expiresAt)) - Date.parse(String(sent.body.createdAt))).toBe(7 * 24 * 3600 * 1000);
    const link = await linkTo('guest@example.com');
    const browser = new FormBrowser(issuer);
    const asked = await browser.get(link);
    expect(asked.text).toContain('>Sign in</a>');
    expect(asked.text).not.toContain('>Accept</button>');
    expect(asked.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    // By way of the sign-in page and back.
    const page = await browser.submit(await browser.get(`${link}/sign-in`), { email: 'guest@example.com', password });
    expect(page.url).toBe(link);
    const joined = await press(browser, page, 'accept');
    expect([new URL(joined.url).pathname, (await consoleMe(browser, issuer)).memberships]).toMatchObject(['/console', [{ role: 'admin' }]]);
    expect(await roleOf('guest@example.com')).toEqual({ role: 'admin', projects: { lab: 'viewer' } });
    expect((await management.accounts.outbox<MemberRecord>(`feed.identity.member.${user.id}`))?.record.memberships).toMatchObject([{ org: 'acme', role: 'admin' }]);
    expect((await browser.get(link)).status).toBe(404);
    expect((await management.audited('invitation.sent')).at(-1)).toMatchObject({ actor: { id: management.deputy.sub }, details: { email: 'guest@example.com', role: 'admin', projects: ['lab:viewer'] } });
    expect((await management.audited('invitation.accepted')).at(-1)).toMatchObject({ org: 'acme', actor: { kind: 'user', id: user.id } });
  });

  verifies('I10', 'somebody without an account creates one on the way and comes back to the invitation', async () => {
    await invite('fresh@example.com');
    const link = await linkTo('fresh@example.com');
    const browser = new FormBrowser(issuer);
    // For the invited address, which no URL on the way has.
    const form = await browser.get(`${link}/create-account`);
    expect([form.text.includes('name="email" type="email" value="fresh@example.com"'), form.url.includes('example.com')]).toEqual([true, false]);
    expect((await browser.get(`${issuer}/account/sign-up`)).text).toContain('name="email" type="email" value=""');
    await browser.submit(await browser.get(`${link}/create-account`), { name: 'Fresh', email: 'fresh@example.com', password });
    const confirm = accountLinkIn(await mailTo(issuer, 'fresh@example.com', /Confirm/));
    const page = await browser.submit(await browser.get(confirm), {});
    expect(page.url).toBe(link);
    await press(browser, page, 'accept');
    expect(await roleOf('fresh@example.com')).toEqual({ role: 'member', projects: {} });
  });

  verifies('I10', 'a link that was passed on, or an address that was never confirmed, lets nobody in', async () => {
    await invite('wanted@example.com');
    const link = await linkTo('wanted@example.com');
    await person('thief@example.com');
    const thief = await signedIn('thief@example.com');
    const page = await thief.get(link);
    expect(page.text).not.toContain('>Accept</button>');
    expect(page.text).toContain('Sign in as wanted@example.com');
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page.text)![1]!;
    expect((await thief.post(`${link}/accept`, { _csrf: csrf })).status).toBe(403);
    await person('wanted@example.com', false);
    const claimant = await signedIn('wanted@example.com');
    const refused = await press(claimant, await claimant.get(link), 'accept');
    expect([refused.status, refused.text.includes('not confirmed')]).toEqual([403, true]);
    expect([await roleOf('thief@example.com'), await roleOf('wanted@example.com')]).toEqual([undefined, undefined]);
    // Without the form's own token nothing is accepted or declined.
    expect((await claimant.post(`${link}/accept`, {})).status).toBe(403);
    expect((await claimant.post(`${link}/decline`, { _csrf: 'x' })).status).toBe(403);
    const nobody = new FormBrowser(issuer);
    expect((await press(nobody, await nobody.get(link), 'decline')).text).toContain('Invitation declined');
    expect((await claimant.get(link)).status).toBe(404);
    expect((await management.audited('invitation.declined')).at(-1)).toMatchObject({ actor: { kind: 'anonymous', id: null }, details: { email: 'wanted@example.com' } });
  });

  verifies('I10', 'of ten answers to one invitation one counts (10 times)', async () => {
    for (let round = 0; round < 10; round++) {
      const email = `race-${round}@example.com`;
      const { id } = await person(email);
      await invite(email, {}, management.owner);
      const link = await linkTo(email);
      const browser = await signedIn(email);
      const page = await browser.get(link);
      const pages = await Promise.all(Array.from({ length: 10 }, (_, index) => press(browser, page, index % 2 === 0 ? 'accept' : 'decline')));
      expect(pages.map(({ status }) => status).filter((status) => status !== 200 && status !== 404)).toEqual([]);
      const answers = await management.accounts.dataSource.query<{ n: string }[]>(
        `SELECT count(*) AS n FROM audit_events WHERE action IN ('invitation.accepted', 'invitation.declined') AND event->'details'->>'email' = $1`,
        [email],
      );
      const members = await management.accounts.dataSource.query<unknown[]>('SELECT 1 FROM members WHERE user_id = $1', [id]);
      const [row] = await management.accounts.dataSource.query<{ closed_as: string }[]>('SELECT closed_as FROM invitations WHERE email = $1', [email]);
      expect([answers[0]!.n, members.length]).toEqual(['1', row!.closed_as === 'accepted' ? 1 : 0]);
    }
  }, 60_000);

  verifies('I10', 'invitations are listed, sent again with a new link, and taken back', async () => {
    const { owner, deputy } = management;
    const first = (await invite('slow@example.com')).body;
    expect(outcome(await invite('slow@example.com'))).toEqual([409, 'conflict']);
    const oldLink = await linkTo('slow@example.com');
    const again = await call('POST', `/v1/members/invitations/${String(first.id)}/resend`, owner);
    expect([again.status, again.body.invitedBy]).toEqual([200, owner.sub]);
    const newLink = await nthLink('slow@example.com', 2);
    expect(newLink).not.toBe(oldLink);
    const browser = new FormBrowser(issuer);
    expect([(await browser.get(oldLink)).status, (await browser.get(newLink)).status]).toEqual([404, 200]);
    expect((await call('GET', '/v1/members/invitations?status=pending', deputy)).body.items.map(({ email }) => email)).toContain('slow@example.com');

    const revoked = await call('DELETE', `/v1/members/invitations/${String(first.id)}`, deputy);
    expect([revoked.status, revoked.body.status]).toEqual([200, 'revoked']);
    expect((await call('DELETE', `/v1/members/invitations/${String(first.id)}`, deputy)).status).toBe(200);
    expect(outcome(await call('POST', `/v1/members/invitations/${String(first.id)}/resend`, deputy))).toEqual([409, 'conflict']);
    expect((await browser.get(newLink)).status).toBe(404);
    expect((await call('GET', '/v1/members/invitations?status=revoked', deputy)).body.items).toMatchObject([{ email: 'slow@example.com', status: 'revoked' }]);
    expect((await invite('slow@example.com')).status).toBe(201);

    const expired = await nthLink('slow@example.com', 3);
    await management.accounts.dataSource.query("UPDATE invitations SET expires_at = now() WHERE email = 'slow@example.com' AND closed_as IS NULL");
    expect((await call('GET', '/v1/members/invitations?status=expired', deputy)).body.items).toMatchObject([{ email: 'slow@example.com', status: 'expired' }]);
    expect((await browser.get(expired)).status).toBe(404);
    expect((await invite('slow@example.com')).status).toBe(201);
  });

  verifies('I10', 'nobody invites to more than they are, and an invitation falls with whoever sent it', async () => {
    const { owner, deputy, member, stranger, accounts } = management;
    expect(outcome(await invite('x@example.com', { role: 'owner' }, deputy))).toEqual([403, 'insufficient_role']);
    expect(outcome(await invite('x@example.com', {}, member))).toEqual([403, 'insufficient_role']);
    expect(outcome(await invite('x@example.com', {}, { ...owner, roles: { org: 'member', projects: { prod: 'admin' } } }))).toEqual([403, 'insufficient_role']);
    expect(outcome(await invite('x@example.com', {}, { ...owner, scope: 'org:read' }))).toEqual([403, 'insufficient_scope']);
    expect(outcome(await invite('x@example.com', { org: 'acme' }, stranger))).toEqual([404, 'not_found']);
    expect(outcome(await invite('member@example.com'))).toEqual([409, 'conflict']);
    for (const bad of [{ role: 'king' }, { projects: { missing: 'viewer' } }, { email: 'no address' }, { email: 'a@example.com\nBcc: b@example.com' }, { extra: 1 }]) {
      expect([bad, ...outcome(await invite('x@example.com', bad))]).toEqual([bad, 400, 'invalid_request']);
    }
    const leaver = await person('leaver@example.com');
    await accounts.addMember({ userId: leaver.id, org: 'acme', role: 'admin' });
    const leavers = { ...deputy, sub: leaver.id };
    await person('friend@example.com');
    await invite('friend@example.com', { role: 'admin' }, leavers);
    expect((await call('DELETE', `/v1/members/${leaver.id}`, owner)).status).toBe(200);
    const browser = await signedIn('friend@example.com');
    expect((await press(browser, await browser.get(await linkTo('friend@example.com')), 'accept')).status).toBe(404);
    expect(await roleOf('friend@example.com')).toBeUndefined();
  });

  it('is not there for other tenants, nor for who may not', async () => {
    const { deputy, member, stranger, owner } = management;
    const { id } = (await invite('private@example.com')).body;
    for (const [method, path] of [['POST', `/v1/members/invitations/${String(id)}/resend`], ['DELETE', `/v1/members/invitations/${String(id)}`]] as const) {
      expect(outcome(await call(method, path, stranger))).toEqual([404, 'not_found']);
      expect(outcome(await call(method, path, member))).toEqual([403, 'insufficient_role']);
      expect(outcome(await call(method, path, { ...deputy, scope: 'org:read' }))).toEqual([403, 'insufficient_scope']);
      expect(outcome(await call(method, path.replace(String(id), randomUUID()), owner))).toEqual([404, 'not_found']);
      expect(outcome(await call(method, path.replace(String(id), 'x'), owner))).toEqual([404, 'not_found']);
    }
    expect(outcome(await call('GET', '/v1/members/invitations?org=acme', stranger))).toEqual([404, 'not_found']);
    expect((await call('GET', '/v1/members/invitations', stranger)).body.items).toEqual([]);
    expect(outcome(await call('GET', '/v1/members/invitations', member))).toEqual([403, 'insufficient_role']);
    for (const token of ['short', 'a'.repeat(43), '%00']) expect((await new FormBrowser(issuer).get(`${issuer}/invitations/${token}`)).status).toBe(404);
  });

  it('keeps the link out of database, log and API, and writes to nobody without end', async () => {
    await invite('quiet@example.com');
    const token = (await linkTo('quiet@example.com')).split('/').at(-1)!;
    const dump = JSON.stringify(await management.accounts.dataSource.query("SELECT row_to_json(i) FROM invitations i UNION ALL SELECT event::json FROM audit_events"));
    expect(dump).not.toContain(token);
    const { id } = (await call('GET', '/v1/members/invitations?status=pending', management.deputy)).body.items.find(({ email }) => email === 'quiet@example.com')!;
    const statuses: number[] = [];
    for (let index = 0; index < 6; index++) statuses.push((await call('POST', `/v1/members/invitations/${String(id)}/resend`, management.deputy)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  });

  it('is refused where no mail can be sent', async () => {
    const silent = await Management.start();
    try {
      expect(outcome(await silent.call('POST', '/v1/members/invitations', silent.owner, { email: 'x@example.com' }))).toEqual([409, 'conflict']);
    } finally {
      await silent.close();
    }
  }, 60_000);
});
