import type { Page } from 'playwright-core';
import { consoleInChromium, page as pageOf, type Asked } from './console-in-browser.ts';

const at = '2026-03-01T12:00:00.000Z';
const project = { org: 'acme', slug: 'prod', name: 'Production', role: 'admin', createdAt: at };
const answers = { 'GET /v1/projects': pageOf(project), 'GET /v1/servers': pageOf({ id: 's', slug: 'demo', name: 'Demo', project: 'prod', resource: 'https://gate.test/mcp/demo', health: { state: 'up', lastSuccessAt: at, lastFailureAt: null } }) };
const focused = (page: Page) => page.evaluate<string | null>("document.querySelector('label[for=\"' + document.activeElement?.id + '\"]')?.textContent ?? document.activeElement?.textContent ?? null");
const beside = (page: Page) => page.mouse.click(5, 500);

describe('a dialog with a form', () => {
  const openConsole = consoleInChromium();

  it('leads to the first field that is wrong when it is sent, and again when it is sent again', async () => {
    const { page, open } = await openConsole({ answers });
    await open('servers?new=1');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: false }).first().fill('Demo');
    for (let time = 0; time < 2; time += 1) {
      await dialog.getByRole('button', { name: 'Register and look at it' }).press('Enter');
      await dialog.getByLabel('Address of the server').and(page.locator(':focus')).waitFor();
    }
    await open('webhooks?new=1');
    await dialog.getByRole('button', { name: 'Let it in' }).press('Enter');
    await dialog.getByLabel('Name').and(page.locator(':focus')).waitFor();
  });

  it('leads to the field that the API refuses', async () => {
    const { page, open } = await openConsole({ answers: { ...answers, 'POST /v1/projects': { refusal: 'invalid_request', issues: [{ path: 'slug', message: 'taken' }] } } });
    await open('projects?new=1');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: false }).first().fill('Production');
    await dialog.getByLabel('Short name').fill('prod');
    await dialog.getByLabel('Name', { exact: false }).first().press('Enter');
    await dialog.getByText('taken', { exact: true }).waitFor();
    await dialog.getByLabel('Short name').and(page.locator(':focus')).waitFor();
  });

  it('is closed by a click beside it as long as nothing was entered', async () => {
    const { page, open } = await openConsole({ answers });
    const dialog = page.getByRole('dialog');
    await open('keys?new=1');
    await dialog.waitFor();
    await beside(page);
    await dialog.waitFor({ state: 'detached' });
    for (const enter of [() => dialog.getByLabel('Name').fill('CI'), () => dialog.getByText('Only look').click(), async () => {
      await dialog.getByLabel('Ends after').click();
      await page.getByRole('option', { name: 'A year' }).click();
    }]) {
      await open('keys?new=1');
      await dialog.waitFor();
      await enter();
      await beside(page);
      // What would close it does so at once; this only comes after it.
      await page.waitForTimeout(300);
      expect(await dialog.count()).toBe(1);
    }
  });

  it('that was closed does not come back by the way back', async () => {
    const { page, open } = await openConsole({ answers });
    for (const screen of ['keys', 'connections', 'servers']) {
      await open('members');
      await page.getByRole('link', { name: { keys: 'API keys', connections: 'Connections', servers: 'MCP servers' }[screen]! }).click();
      await page.getByRole('button', { name: /^(?:Create key|Add connection|Register server)$/ }).first().click();
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.goBack();
      await page.getByRole('heading', { name: 'Members', exact: true }).waitFor();
    }
  });

  it('shows every choice on a phone', async () => {
    const { page, open } = await openConsole({ answers, width: 390 });
    for (const screen of ['keys?new=1', 'connections?new=1']) {
      await open(screen);
      await page.getByRole('dialog').waitFor();
      const cut = await page.evaluate<string[]>("[...document.querySelectorAll('[role=dialog] [role=radiogroup]')].flatMap((group) => [...group.querySelectorAll('label')].filter((label) => label.getBoundingClientRect().right > group.getBoundingClientRect().right + 1 || label.scrollWidth > label.clientWidth + 1).map((label) => label.textContent))");
      expect([screen, cut]).toEqual([screen, []]);
    }
  });

  it('asks before a secret goes that was not copied, and whoever answers by keyboard is at the answer', async () => {
    const minted = { id: 'k', name: 'CI', scopes: ['mcp:read'], token: 'lk_pat_x', expiresAt: null };
    const { page, open } = await openConsole({ answers: { ...answers, 'POST /v1/pats': minted } });
    await open('keys?new=1');
    await page.getByRole('dialog').getByLabel('Name').fill('CI');
    await page.getByRole('dialog').getByLabel('Name').press('Enter');
    await page.getByTestId('secret').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Stay' }).and(page.locator(':focus')).waitFor();
  });
});

describe('a list', () => {
  const openConsole = consoleInChromium();

  it('that comes to its end keeps whoever asked for more there', async () => {
    const member = (user: string) => ({ user, email: `${user}@example.com`, name: user, role: 'member', projects: {}, createdAt: at });
    const members = ({ query }: Asked) => (query.has('limit') || query.has('q') ? pageOf() : query.get('cursor') === 'b' ? pageOf(member('eve')) : query.get('cursor') === 'a' ? { items: [member('bob')], nextCursor: 'b' } : { items: [member('al')], nextCursor: 'a' });
    const { page, open } = await openConsole({ answers: { 'GET /v1/members': members } });
    await open('members');
    await page.getByRole('button', { name: 'Show more' }).press('Enter');
    await page.getByText('bob@example.com').waitFor();
    expect(await focused(page)).toBe('Show more');
    await page.keyboard.press('Enter');
    await page.getByText('eve@example.com').waitFor();
    await page.getByText('That is all.').and(page.locator(':focus')).waitFor();
    // Another list is another matter: who is at its filter stays there.
    await page.getByLabel('Part of a name or address').fill('nobody');
    await page.getByText('Nobody like that').waitFor();
    await page.getByLabel('Part of a name or address').and(page.locator(':focus')).waitFor();
  });

  it('says of a moment what it is to the nearest, not what it is past', async () => {
    const soon = (ms: number) => new Date(Date.now() + ms).toISOString();
    const key = (id: string, expiresAt: string) => ({ id, name: id, prefix: `lk_pat_${id}`, org: 'acme', owner: 'ada', kind: 'personal', scopes: ['mcp:read'], status: 'active', createdAt: at, expiresAt, lastUsedAt: null, revokedAt: null });
    const [hour, day] = [3_600_000, 86_400_000];
    const { page, open } = await openConsole({ answers: { 'GET /v1/pats': pageOf(key('a', soon(30 * day)), key('b', soon(hour)), key('c', soon(day)), key('d', soon(10 * 60_000)), key('e', soon(-100))) } });
    await open('keys');
    await page.getByRole('row').nth(5).waitFor();
    expect(await page.locator('td[data-label="Ends"] time').allInnerTexts()).toEqual(['in 30 days', 'in 1 hour', 'tomorrow', 'in 10 minutes', 'just now']);
  });

  it('of tools says which are of Latchkey itself', async () => {
    const usage = ({ query }: Asked) => pageOf({ name: { day: new Date().toISOString().slice(0, 10), key: 'k', server: '', tool: ':disconnect_program' }[query.get('by')!], calls: 3 });
    const { page, open } = await openConsole({ answers: { 'GET /v1/pats/usage': usage } });
    await open('usage');
    await page.getByRole('region', { name: 'Tools' }).getByText('Latchkey itself: disconnect_program').waitFor();
  });
});
