import { prepared, SharedReader, type Statement } from '@latchkey/postgres';
import { AddMember } from '../src/organizations/add-member.ts';
import { UnitOfWork } from '../src/provider/unit-of-work.ts';
import { FormBrowser, type Page } from './support/browser.ts';
import { authorizeUrl, pkce, registered, throughPages } from './support/client.ts';
import { admin, startTestIdentity, type TestIdentity } from './support/identity.ts';
import { person, tenant, type Person } from './support/people.ts';

const callback = 'https://app.example/callback';

describe('what an authorization without a page reads ahead', () => {
  let identity: TestIdentity;
  let somebody: Person;
  beforeAll(async () => {
    identity = await startTestIdentity();
    somebody = await person(identity, 'ada@Owned.example', { org: 'acme', role: 'member', projects: { [admin.project]: 'contributor' } });
    await tenant(identity, 'other', await person(identity, 'owner@other.example'));
    await identity.running.app.get(AddMember).run({ userId: somebody.id, org: 'other', role: 'admin' });
    await identity.dataSource.query("INSERT INTO domains (org, domain, challenge, auto_join, verified_at) VALUES ('acme', 'owned.example', 'c', true, now())");
    await identity.dataSource.query(`INSERT INTO organization_policies (org, policy, revision) VALUES ('acme', '{"sessionMaxAgeSeconds": 3600}', 1) ON CONFLICT (org) DO UPDATE SET policy = excluded.policy`);
  }, 60_000);
  afterAll(() => identity.stop());

  /** What a request notes for itself, and what it asks all the same. */
  async function watched(request: () => Promise<Page>) {
    const unitOfWork = identity.running.app.get(UnitOfWork);
    const noted: { statement: Statement; values: unknown[]; rows: unknown[] }[] = [];
    const asked: string[] = [];
    const [foresee, look] = [unitOfWork.foresee.bind(unitOfWork), SharedReader.prototype.look];
    unitOfWork.foresee = (statement, values, rows) => {
      noted.push({ statement, values, rows });
      foresee(statement, values, rows);
    };
    SharedReader.prototype.look = function counted<Row>(this: SharedReader, statement: Statement, values: unknown[]): Promise<Row[]> {
      asked.push(statement.name);
      return look.call(this, statement, values) as Promise<Row[]>;
    };
    try {
      const page = await request();
      return { page, noted, asked };
    } finally {
      unitOfWork.foresee = foresee;
      SharedReader.prototype.look = look;
    }
  }

  const answersOfTables = async (noted: { statement: Statement; values: unknown[] }[]) =>
    Promise.all(noted.map(({ statement, values }) => prepared(identity.dataSource.manager, statement, values)));
  const ask = (browser: FormBrowser, client: string, params: Record<string, string> = {}): Promise<Page> =>
    browser.open(authorizeUrl(identity.issuer, client, { code_challenge: pkce().challenge, redirect_uri: callback, ...params }));

  it('is what each of the statements it stands for answers, and leaves none of them to be asked', async () => {
    const { client_id: client } = await registered(identity.issuer, { redirect_uris: [callback] });
    const browser = new FormBrowser(identity.issuer);
    await throughPages(browser, await ask(browser, client), 'allow', somebody);
    const { page, noted, asked } = await watched(() => ask(browser, client));
    expect(page.left?.searchParams.has('code')).toBe(true);
    expect(asked).toEqual(['client-by-id', 'authorization-ahead']);
    const names = noted.map(({ statement }) => statement.name).sort();
    expect(names).toEqual([
      'account-by-id', 'account-by-id', 'artifact-by-id', 'client-by-id', 'client-standing', 'client-standing', 'consent', 'demands', 'domain-owner', 'roles', 'server-place',
    ]);
    for (const { rows } of noted) expect(rows).not.toHaveLength(0);
    const answers = await answersOfTables(noted);
    for (const [at, { statement, rows }] of noted.entries()) {
      // The session that the request itself renewed.
      if (statement.name !== 'artifact-by-id') expect({ [statement.name]: rows }).toEqual({ [statement.name]: answers[at] });
    }
  });

  it('says also that there is nothing: no consent, no server, nobody', async () => {
    const { client_id: client } = await registered(identity.issuer, { redirect_uris: [callback] });
    const browser = new FormBrowser(identity.issuer);
    const first = await watched(() => ask(browser, client));
    expect(first.noted.map(({ statement, rows }) => [statement.name, rows.length])).toEqual([['client-by-id', 1], ['server-place', 1]]);
    await throughPages(browser, first.page, 'allow', somebody);
    await identity.dataSource.query('DELETE FROM consents');
    const second = await watched(() => ask(browser, client, { resource: authorizeUrl(identity.issuer, client, {}) }));
    expect(second.page.left?.searchParams.get('error')).toBe('invalid_target');
    const third = await watched(() => ask(browser, client));
    expect(third.page.text).toContain('>Allow</button>');
    const lengths = Object.fromEntries(third.noted.map(({ statement, rows }) => [statement.name, rows.length]));
    expect(lengths).toMatchObject({ consent: 0, roles: 2, 'account-by-id': 1, 'domain-owner': 1 });
    for (const { noted } of [first, second, third]) {
      const answers = await answersOfTables(noted);
      for (const [at, { statement, rows }] of noted.entries()) if (statement.name !== 'artifact-by-id') expect({ [statement.name]: rows }).toEqual({ [statement.name]: answers[at] });
    }
  });
});
