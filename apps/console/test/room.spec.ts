import { consoleInChromium, page as pageOf, type Answers } from './console-in-browser.ts';

const at = '2026-03-01T12:00:00.000Z';
const [slug, name] = ['l'.repeat(63), `${'W'.repeat(60)} ${'W'.repeat(38)}`];
const url = `https://gate.test/mcp/${slug}`;
const health = { state: 'degraded', lastSuccessAt: at, lastFailureAt: at, lastFailure: null, gateways: 1, down: 0, reportedAt: at };
const key = { id: 'Ab3dEf9h', name, prefix: 'lk_pat_Ab3dEf9h', org: 'acme', owner: 'ada', kind: 'service', scopes: ['mcp:read', 'keys:write'], status: 'expiring', createdAt: at, expiresAt: at, lastUsedAt: null, revokedAt: null };
const grant = { id: 'g', user: 'eve', email: `${slug}@example.com`, client: { id: url, name, redirect: url }, scopes: ['mcp:read', 'mcp:execute', 'connections:write'], resource: url, status: 'active', createdAt: at, lastUsedAt: at, address: '2001:db8:1234:5678:9abc:def0:1234:5678', revokedAt: null, expiresAt: at };
const event = { id: 'e', at, service: 'gateway', org: 'acme', actor: { kind: 'user', id: slug }, credential: { kind: 'pat', id: slug }, action: 'webhook_subscription.secret_retired', target: { kind: 'server', id: slug, name }, outcome: 'refused', code: 'token_wrong_audience', address: '2001:db8:1234:5678:9abc:def0:1234:5678', requestId: slug, details: {}, position: null, hash: null };
const answers: Answers = {
  'GET /v1/servers': pageOf({ id: 's', org: 'acme', project: slug, slug, name, resource: url, health }),
  'GET /v1/pats': pageOf(key),
  'GET /v1/audit': pageOf(event),
  'GET /v1/grants': pageOf(grant),
  'GET /v1/connections': pageOf({ id: 'c', org: 'acme', project: slug, server: slug, name, kind: 'static', per: 'project', header: slug, origin: url, status: 'connected', wants: [], createdAt: at }),
  'GET /v1/webhooks/subscriptions': pageOf({ id: 'w', org: 'acme', project: slug, name, verifier: 'hmac-sha256', action: { server: slug, tool: slug, arguments: {} }, enabled: true, url, key: 'Ab3dEf9h', owner: 'ada', refused: { count: 3, lastAt: at }, secrets: [], createdAt: at }),
  'GET /v1/webhooks/endpoints': pageOf({ id: 'w', url, description: name, events: ['key.minted', 'key.expiring'], status: 'failing', failingSince: at, pausedUntil: null, disabledReason: null, secrets: [], createdBy: 'ada', createdAt: at }),
  'GET /v1/members': pageOf({ user: 'eve', email: `${slug}@example.com`, name, role: 'member', projects: { [slug]: 'contributor' }, createdAt: at }),
  'GET /v1/projects': pageOf({ org: 'acme', slug, name, role: 'admin', createdAt: at }),
  'GET /v1/sessions': pageOf({ id: 'x', kind: 'browser', device: name, address: '2001:db8:1234:5678:9abc:def0:1234:5678', createdAt: at, lastSeenAt: at, expiresAt: at }),
  'GET /v1/oauth-clients': pageOf({ id: url, org: 'acme', name, kind: 'public', origin: 'document', redirectUris: [url], scopes: ['mcp:read'], resources: [], trusted: false, status: 'active', createdAt: at, lastUsedAt: at }),
};
const screens = ['keys', 'servers', 'audit', 'grants', 'connections', 'webhooks', 'webhooks?tab=out', 'members', 'projects', 'sessions', 'oauth-clients'];

/** In the browser: nothing is beyond the window, and every column has room for a word. */
const fits = `document.documentElement.scrollWidth <= document.documentElement.clientWidth
  && [...document.querySelectorAll('table.cards tbody td[data-label]')].every((cell) => cell.textContent === '' || cell.getBoundingClientRect().width >= 60)`;

describe('however long a name is', () => {
  const openConsole = consoleInChromium();

  it('no list runs off the page, and no column is squeezed to nothing', async () => {
    const { page, open } = await openConsole({ answers });
    const found: string[] = [];
    for (const screen of screens) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await open(screen);
      await page.locator('table.cards tbody tr').first().waitFor();
      for (const width of [390, 768, 900, 1024, 1100, 1150, 1200, 1280, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        // The menu comes and goes with the width, which takes a moment.
        await page.waitForFunction(fits, undefined, { timeout: 2_000 }).catch(() => found.push(`${screen} at ${width}`));
      }
    }
    expect(found).toEqual([]);
  }, 60_000);

  it('the button that closes a dialog stays in it', async () => {
    const { page, open } = await openConsole({ answers });
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await open('projects');
      await page.getByRole('button', { name: /^What to do with/ }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      const { x, width: ownWidth } = (await page.getByRole('dialog').getByRole('button', { name: 'Close' }).boundingBox())!;
      expect(x + ownWidth).toBeLessThanOrEqual(width);
    }
  });
});
