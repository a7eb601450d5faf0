import { consoleInChromium, page as pageOf } from './console-in-browser.ts';

const at = '2026-03-01T12:00:00.000Z';
const key = (id: string, name: string, more: object = {}) => ({ id, name, prefix: `lk_pat_${id}`, org: 'acme', owner: 'ada', kind: 'personal', scopes: ['mcp:read'], status: 'active', createdAt: at, expiresAt: null, lastUsedAt: null, revokedAt: null, ...more });
const sender = { id: 'w', org: 'acme', project: 'prod', name: 'Issues', verifier: 'github', action: { server: 'demo', tool: 'add_task', arguments: {} }, enabled: true, url: 'https://gate.test/hooks/w', key: 'Senders1', owner: 'ada', refused: { count: 0, lastAt: null }, secrets: [], createdAt: at };
const answers = { 'GET /v1/webhooks/subscriptions': pageOf(sender), 'GET /v1/webhooks/subscriptions/w': sender, 'GET /v1/pats': pageOf(key('Senders1', 'webhook: Issues'), key('Persons1', 'webhook: mine'), key('Other111', 'CI')) };

describe('the key of a webhook', () => {
  const openConsole = consoleInChromium();

  it('is not offered to be rotated, with the reason; one that is only named like that is', async () => {
    const { page, open } = await openConsole({ answers });
    await open('keys');
    for (const [name, rotates] of [['webhook: Issues', 0], ['webhook: mine', 1], ['CI', 1]] as const) {
      await page.getByRole('button', { name: `What to do with ${name}` }).click();
      await page.getByRole('menuitem', { name: 'Revoke' }).waitFor();
      expect([name, await page.getByRole('menuitem', { name: 'Rotate' }).count(), await page.getByText('it cannot be rotated').count()]).toEqual([name, rotates, 1 - rotates]);
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'detached' });
    }
  });

  it('that is dead, or ends, is told of where the webhook is looked at', async () => {
    for (const [given, title] of [[{ status: 'revoked', revokedAt: at }, 'Its key is revoked'], [{ status: 'expiring', expiresAt: new Date(Date.now() + 3_600_000).toISOString() }, 'Its key ends']] as const) {
      const { page, open } = await openConsole({ answers: { ...answers, 'GET /v1/pats/Senders1': key('Senders1', 'webhook: Issues', given) } });
      await open('webhooks/in/w');
      await page.getByRole('alert', { name: title }).waitFor();
    }
    const { page, open } = await openConsole({ answers: { ...answers, 'GET /v1/pats/Senders1': key('Senders1', 'webhook: Issues') } });
    await open('webhooks/in/w');
    await page.getByText('Called in the name of').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
