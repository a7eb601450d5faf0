import { verifies } from '@latchkey/testing';
import pg from 'pg';
import { DeliverMails } from '../src/mail/deliver-mails.ts';
import { AnswerAccountRequests } from '../src/accounts/requests/answer-account-requests.ts';
import { FormBrowser, startAccounts, type Accounts, type Page } from './support/accounts.ts';

const password = 'seven green bicycles';

/** Every statement that a page's answer waits for. */
class Statements {
  private readonly seen: string[] = [];

  /** At the driver, below everything that sends a statement. */
  private readonly spy: { mockRestore(): void };

  constructor() {
    const { query } = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
    const { seen } = this;
    this.spy = jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
      const [statement] = args as [string | { text?: string }];
      const sql = (typeof statement === 'string' ? statement : (statement.text ?? '')).replace(/\s+/g, ' ');
      // Not what runs on its own clock: the relay, the sweeper, the keepers of keys and of the audit log.
      if (/\busers\b|account_|\bmails\b|console_sessions|INSERT INTO "identity"\."audit_events"/.test(sql)) seen.push(sql);
      return Reflect.apply(query, this, args);
    } as typeof pg.Client.prototype.query);
  }

  stop(): void {
    this.spy.mockRestore();
  }

  async of<T>(act: () => Promise<T>): Promise<{ value: T; statements: string[] }> {
    this.seen.length = 0;
    const value = await act();
    return { value, statements: [...this.seen] };
  }
}

/** A page as it is but for what was typed, tokens and ids. */
const bare = (page: Page, email: string): string =>
  page.text.replaceAll(email, '<email>').replace(/name="_csrf" value="[^"]*"/g, '').replace(/\/interaction\/[A-Za-z0-9_-]+/g, '/interaction/<uid>');

describe('whether an address has an account', () => {
  let accounts: Accounts;
  let statements: Statements;
  const known = 'known@example.com';
  const disabled = 'disabled@example.com';
  const unknown = 'nobody@example.com';

  beforeAll(async () => {
    accounts = await startAccounts({ LATCHKEY_MAILBOX: 'true' });
    await accounts.createUser(known, password);
    const { id } = await accounts.createUser(disabled, password);
    await accounts.dataSource.query('UPDATE users SET disabled_at = now() WHERE id = $1', [id]);
    // What they do comes after the answer, and would only be mistaken for a part of it.
    await accounts.identity.app.get(AnswerAccountRequests).beforeApplicationShutdown();
    await accounts.identity.app.get(DeliverMails).beforeApplicationShutdown();
    statements = new Statements();
  }, 60_000);
  afterAll(async () => {
    statements.stop();
    await accounts.close();
  });

  async function answer(path: string, email: string, fields: Record<string, string>) {
    const browser = new FormBrowser(accounts.issuer);
    const form = await browser.get(`${accounts.issuer}${path}`);
    const { value: page, statements: ran } = await statements.of(() => browser.submit(form, { email, ...fields }));
    const headers = [...page.headers].filter(([name]) => !['date', 'x-request-id', 'content-length', 'set-cookie'].includes(name));
    return { status: page.status, text: bare(page, email), headers, ran };
  }

  it.each([
    ['signing in', '/console/sign-in', { password: 'not the password of anybody' }],
    ['signing up', '/account/sign-up', { name: 'Pat', password }],
    ['a forgotten password', '/account/forgot-password', {}],
  ])('[I7] does not show in the answer to %s, nor in what is done for it', async (_what, path, fields: Record<string, string>) => {
    const answers = [];
    for (const email of [known, unknown, disabled]) answers.push(await answer(path, email, fields));
    const [ofKnown, ofUnknown, ofDisabled] = answers;
    expect(ofKnown!.ran.length).toBeGreaterThan(0);
    expect(ofUnknown).toEqual(ofKnown);
    expect(ofDisabled).toEqual(ofKnown);
  });

  verifies('I7', 'is not looked up at all before who signs up or forgot a password is answered', async () => {
    for (const [path, fields] of [['/account/sign-up', { name: 'Pat', password }], ['/account/forgot-password', {}]] as const) {
      const { ran } = await answer(path, known, fields);
      expect(ran.filter((sql) => /users/.test(sql))).toEqual([]);
    }
  });

  verifies('I7', 'takes one hash to find out and the same when there is none', async () => {
    const { hashingCount } = await import('../src/accounts/password.ts');
    const counts = [];
    for (const email of [known, unknown, disabled]) {
      const before = hashingCount();
      await answer('/console/sign-in', email, { password: 'not the password of anybody' });
      counts.push(hashingCount() - before);
    }
    expect(counts).toEqual([1, 1, 1]);
  });
});
