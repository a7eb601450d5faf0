import { eventually, startSmtpServer, verifies, type TestSmtpServer } from '@latchkey/testing';
import { QueueMail } from '../src/mail/queue-mail.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

describe('mail through an SMTP server', () => {
  let smtp: TestSmtpServer;
  let identity: TestIdentity;
  let replica: TestIdentity;

  beforeAll(async () => {
    smtp = await startSmtpServer();
    identity = await startTestIdentity({ variables: { LATCHKEY_SMTP_URL: smtp.url, LATCHKEY_MAIL_FROM: 'Latchkey <door@example.com>' } });
    replica = await startTestIdentity({ beside: identity });
  }, 60_000);

  afterAll(async () => {
    await replica.stop();
    await identity.stop();
    await smtp.close();
  });

  beforeEach(() => {
    smtp.accept();
    smtp.silent = false;
  });

  const queue = (to: string, text = 'a text with https://id.example/link-secret in it') =>
    identity.dataSource.transaction((manager) => identity.running.app.get(QueueMail).run(manager, { to, subject: `For ${to}`, text }));
  const waiting = async () => identity.dataSource.query<{ attempts: number; later: boolean }[]>('SELECT attempts, due_at > clock_timestamp() AS later FROM mails');
  const received = (to: string) => smtp.mails.filter((mail) => mail.to.includes(to));
  const due = () => identity.dataSource.query('UPDATE mails SET due_at = clock_timestamp()');
  const log = () => [...identity.log, ...replica.log].join('');

  verifies('I7', 'what is queued is handed to the server, once by however many replicas, and then forgotten', async () => {
    const addresses = Array.from({ length: 30 }, (_, index) => `person-${index}@example.com`);
    await Promise.all(addresses.map((address) => queue(address)));
    await eventually(async () => (await waiting()).length === 0);
    for (const address of addresses) expect(received(address)).toHaveLength(1);
    const [mail] = received(addresses[0]!);
    expect(mail!.from).toBe('door@example.com');
    expect(mail!.text).toContain('https://id.example/link-secret');
    expect(mail!.raw).toMatch(/^From: Latchkey <door@example\.com>\r$/m);
    expect(mail!.raw).toMatch(/^Subject: For person-0@example\.com\r$/m);
    expect(mail!.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(log()).not.toContain('link-secret');
  });

  verifies('I7', 'a server that says no for now gets the same message again later', async () => {
    smtp.manners = { recipient: '250 ok', message: '451 4.3.0 not now' };
    await queue('later@example.com');
    await eventually(async () => expect(await waiting()).toEqual([{ attempts: 1, later: true }]));
    smtp.accept();
    expect(received('later@example.com')).toHaveLength(0);
    await due();
    await eventually(async () => (await waiting()).length === 0);
    expect(received('later@example.com')).toHaveLength(1);
  });

  verifies('I7', 'a message in the middle of which the process loses its database is not lost, and keeps its id', async () => {
    smtp.silent = true;
    const before = smtp.connections;
    await queue('kept@example.com');
    await eventually(() => smtp.connections > before);
    const [held] = await identity.dataSource.query<{ n: string }[]>('SELECT count(*) AS n FROM mails WHERE id NOT IN (SELECT id FROM mails FOR UPDATE SKIP LOCKED)');
    expect(held!.n).toBe('1');
    // As Postgres sees a kill -9: the connection that holds the row is gone.
    await identity.dataSource.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database() AND state = 'idle in transaction'");
    smtp.silent = false;
    smtp.drop();
    await eventually(() => received('kept@example.com').length > 0, { timeoutMs: 40_000 });
    await eventually(async () => (await waiting()).length === 0, { timeoutMs: 40_000 });
    const ids = new Set(received('kept@example.com').map(({ raw }) => /^Message-ID: (.+)\r$/im.exec(raw)![1]));
    expect(ids.size).toBe(1);
  }, 100_000);

  verifies('I7', 'an address that is refused for good is given up at once, others after a day; both are on record', async () => {
    const givenUp = async () => identity.dataSource.query<{ code: string }[]>("SELECT event->>'code' AS code FROM audit_events WHERE action = 'mail.given_up' ORDER BY at");
    smtp.manners = { recipient: '550 5.1.1 no such mailbox', message: '250 ok' };
    await queue('nobody@example.com');
    await eventually(async () => expect(await givenUp()).toEqual([{ code: 'undeliverable' }]));
    expect(await waiting()).toEqual([]);
    smtp.manners = { recipient: '450 4.2.1 mailbox busy', message: '250 ok' };
    await queue('busy@example.com');
    await eventually(async () => expect(await waiting()).toEqual([{ attempts: 1, later: true }]));
    await identity.dataSource.query("UPDATE mails SET created_at = created_at - interval '25 hours', due_at = clock_timestamp()");
    await eventually(async () => expect((await givenUp()).map(({ code }) => code)).toEqual(['undeliverable', 'expired']));
    expect(await waiting()).toEqual([]);
    expect(log()).not.toContain('busy@example.com');
  });
});

describe('the mailbox page', () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity({ variables: { LATCHKEY_MAILBOX: 'true' } });
  }, 60_000);
  afterAll(() => identity.stop());

  const page = (headers: Record<string, string> = {}) => fetch(`${identity.issuer}/mailbox`, { headers });

  verifies('I7', 'it shows what would have been sent, with links that can be followed, and the log tells only that something came', async () => {
    const mail = { to: 'ann@example.com', subject: 'Hello <b>', text: 'Go to https://id.example/account/x-secret now' };
    await identity.dataSource.transaction((manager) => identity.running.app.get(QueueMail).run(manager, mail));
    await eventually(async () => expect(await (await page()).text()).toContain('<a href="https://id.example/account/x-secret">'));
    const answer = await page();
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await answer.text()).toContain('Hello &lt;b&gt;');
    const json = (await (await page({ accept: 'application/json' })).json()) as { items: unknown[] };
    expect(json.items).toEqual([expect.objectContaining(mail)]);
    const log = identity.log.join('');
    expect(log).toContain('a mail has arrived in the mailbox');
    expect(log).not.toContain('x-secret');
  });

  it('is read neither through a proxy nor under a foreign name', async () => {
    expect((await page({ 'x-forwarded-for': '192.0.2.1' })).status).toBe(404);
    const { port } = new URL(identity.issuer);
    const { request } = await import('undici');
    const rebound = await request(`http://127.0.0.1:${port}/mailbox`, { headers: { host: `evil.example:${port}` } });
    await rebound.body.dump();
    expect(rebound.statusCode).toBe(404);
  });
});

describe('without the switch', () => {
  it('has no mailbox page', async () => {
    const identity = await startTestIdentity();
    try {
      expect((await fetch(`${identity.issuer}/mailbox`)).status).toBe(404);
    } finally {
      await identity.stop();
    }
  }, 60_000);
});
