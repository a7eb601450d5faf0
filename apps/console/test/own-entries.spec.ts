import { member, nothing, consoleInChromium, owner, page as pageOf, refused, type Asked } from './console-in-browser.ts';

const event = { id: 'e1', at: '2026-03-01T12:00:00.000Z', service: 'gateway', org: 'acme', actor: { kind: 'user', id: 'ada' }, credential: null, action: 'call.refused', target: null, outcome: 'refused', code: 'insufficient_scope', address: null, requestId: 'req-1', details: {}, position: null, hash: null };
/** As identity answers: all of an organization is for those who administer it. */
const log = ({ query }: Asked) => (query.get('actor') === 'me' ? pageOf(event) : query.get('target') === 'me' ? nothing : refused('insufficient_role'));
const answers = { 'GET /v1/audit': log, 'GET /v1/audit/e1/explain': { event, decision: null, rules: [], restsOn: null, agrees: null, note: 'Nothing was decided.' } };

describe('what a member is told of the audit log', () => {
  const openConsole = consoleInChromium();

  it('is what they did: in the log, by the id of a request, and among the figures', async () => {
    const { page, open } = await openConsole({ as: member, answers });
    await open('audit');
    await page.getByRole('cell', { name: 'call.refused', exact: true }).waitFor();
    await open('explain?request=req-1');
    await page.getByText('Nothing was decided.').waitFor();
    for (const [screen, label] of [['', 'Refusals in 24 hours'], ['usage', 'Refusals in 30 days']] as const) {
      await open(screen);
      await page.getByRole('link', { name: new RegExp(`^${label} ?1`) }).waitFor();
    }
  });

  it('is also what was tried with their account, on its own', async () => {
    const { page, open, asked } = await openConsole({ as: member, answers });
    await open('audit');
    expect(await page.getByLabel('Who', { exact: true }).count()).toBe(0);
    await page.getByText('Tried with your account', { exact: true }).click();
    await page.getByText('No such entries').waitFor();
    const last = asked.filter(({ path }) => path === '/v1/audit').at(-1)!;
    expect([last.query.get('actor'), last.query.get('target')]).toEqual([null, 'me']);
  });

  it('who administers the organization reads all of it', async () => {
    const { page, open, asked } = await openConsole({ as: owner, answers: { 'GET /v1/audit': pageOf(event) } });
    for (const screen of ['audit', 'explain?request=req-1', '', 'usage']) {
      await open(screen);
      await page.waitForResponse((response) => response.url().includes('/v1/audit'));
    }
    expect(asked.filter(({ path }) => path === '/v1/audit').map(({ query }) => query.get('actor'))).not.toContain('me');
  });
});
