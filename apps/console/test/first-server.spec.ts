import type { Page } from 'playwright-core';
import { consoleInChromium, page as pageOf } from './console-in-browser.ts';

const [before, after] = ['2026-03-01T12:00:00.000Z', '2026-03-01T13:00:00.000Z'];
const server = (slug: string, state: string, lastSuccessAt: string | null, lastFailureAt: string | null) => ({ id: slug, org: 'acme', project: 'prod', slug, name: slug, resource: `https://gate.test/mcp/${slug}`, health: { state, gateways: 1, down: 0, lastSuccessAt, lastFailureAt, lastFailure: null, reportedAt: after } });
const broken = [server('never', 'up', null, after), server('lately', 'up', before, after), server('down', 'down', before, after)];
const minted = { id: 'k', name: 'CI', scopes: ['mcp:read'], token: 'lk_pat_x', expiresAt: null };

/** The line to paste. Waits until it is there. */
const proposed = (page: Page): Promise<string> => page.getByText(/^claude mcp add/).first().innerText();

describe('the server that is proposed', () => {
  const openConsole = consoleInChromium();

  it('is one that is up, and not the newest; those whose last look failed are in trouble', async () => {
    const servers = pageOf(...broken, server('unseen', 'unknown', null, null), server('good', 'up', after, before));
    const { page, open } = await openConsole({ answers: { 'GET /v1/servers': servers, 'POST /v1/pats': minted } });
    await open('');
    expect(await proposed(page)).toContain('http good https://gate.test/mcp/good');
    expect(await page.getByRole('link', { name: /^Servers/ }).innerText()).toContain('3 in trouble');
    await open('keys?new=1');
    await page.getByRole('dialog').getByLabel('Name').fill('CI');
    await page.getByRole('dialog').getByLabel('Name').press('Enter');
    expect(await page.getByRole('dialog').getByText(/^Use it at/).innerText()).toBe('Use it at good');
  });

  it('is one that nothing is known of before one that fails', async () => {
    const { page, open } = await openConsole({ answers: { 'GET /v1/servers': pageOf(...broken, server('unseen', 'unknown', null, null)) } });
    await open('');
    expect(await proposed(page)).toContain('http unseen https://gate.test/mcp/unseen');
  });
});
