import { nothing, consoleInChromium, page as pageOf, type Asked } from './console-in-browser.ts';

const at = '2026-03-01T12:00:00.000Z';
const key = (id: string, status: string) => ({ id, name: `key ${id}`, prefix: `lk_pat_${id}`, org: 'acme', owner: 'ada', kind: 'personal', scopes: ['mcp:read'], status, createdAt: at, expiresAt: null, lastUsedAt: at, revokedAt: null });
const eve = { user: 'eve', email: 'eve@example.com', name: 'Eve', role: 'member', projects: {}, createdAt: at };
const pats = ({ query }: Asked) => (query.get('status') === 'active' ? pageOf(key('lives', 'active')) : query.get('status') === 'expiring' ? pageOf(key('ends', 'expiring')) : nothing);
const answers = { 'GET /v1/pats': pats, 'GET /v1/members': pageOf(eve) };

describe('keys that end soon', () => {
  const openConsole = consoleInChromium();

  it('are counted where their end is asked for', async () => {
    const { page, open } = await openConsole({ answers });
    await open('members');
    for (const choice of ['Remove', 'End all credentials']) {
      await page.getByRole('button', { name: 'What to do with eve@example.com' }).click();
      await page.getByRole('menuitem', { name: choice, exact: true }).click();
      await page.getByRole('dialog').getByText(/^2 keys and 0 connected programs/).waitFor();
      await page.keyboard.press('Escape');
    }
    await open('organization');
    await page.getByRole('button', { name: 'Revoke everything' }).click();
    await page.getByRole('dialog').getByText(/^2 keys and 0 connected programs/).waitFor();
  });

  it('are among the active ones', async () => {
    const { page, open } = await openConsole({ answers });
    await open('keys?show=active');
    await page.getByText('key lives', { exact: true }).waitFor();
    await page.getByText('key ends', { exact: true }).waitFor();
  });

  it('and Home counts what lives, with a plus where there is more, and none that were revoked', async () => {
    const many = { items: Array.from({ length: 100 }, (_, index) => key(String(index), 'active')), nextCursor: 'more' };
    const server = { id: 's', org: 'acme', project: 'prod', slug: 'demo', name: 'Demo', resource: 'https://gate.test/mcp/demo', health: { state: 'up', lastSuccessAt: at, lastFailureAt: null } };
    const { page, open, asked } = await openConsole({ answers: { ...answers, 'GET /v1/pats': (question: Asked) => (question.query.get('status') === 'active' ? many : pats(question)), 'GET /v1/servers': { items: Array.from({ length: 100 }, (_, id) => ({ ...server, id: String(id) })), nextCursor: 'more' } } });
    await open('');
    await page.getByRole('link', { name: /^Your live keys ?101\+/ }).waitFor();
    await page.getByRole('link', { name: /^Servers ?100\+/ }).waitFor();
    expect(asked.filter(({ path }) => path === '/v1/pats').map(({ query }) => query.get('status'))).toEqual(['active', 'expiring']);
  });
});
