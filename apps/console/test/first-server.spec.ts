import { launchChromium } from '@latchkey/testing';
import type { Browser } from 'playwright-core';
import { openConsole, page as pageOf } from './console-in-browser.ts';

const [before, after] = ['2026-03-01T12:00:00.000Z', '2026-03-01T13:00:00.000Z'];
const server = (slug: string, state: string, lastSuccessAt: string | null, lastFailureAt: string | null) => ({ id: slug, org: 'acme', project: 'prod', slug, name: slug, resource: `https://gate.test/mcp/${slug}`, health: { state, gateways: 1, down: 0, lastSuccessAt, lastFailureAt, lastFailure: null, reportedAt: after } });
const broken = [server('never', 'up', null, after), server('lately', 'up', before, after), server('down', 'down', before, after)];
const minted = { id: 'k', name: 'CI', scopes: ['mcp:read'], token: 'lk_pat_x', expiresAt: null };

describe('the server that is proposed', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  it('is one that is up, and not the newest; those whose last look failed are in trouble', async () => {
    const servers = pageOf(...broken, server('unseen', 'unknown', null, null), server('good', 'up', after, before));
    const { page, open } = await openConsole(browser, { answers: { 'GET /v1/servers': servers, 'POST /v1/pats': minted } });
    await open('');
    await page.getByText('claude mcp add --transport http good https://gate.test/mcp/good').waitFor();
    await page.getByRole('link', { name: /^Servers/ }).getByText('3 in trouble').waitFor();
    await open('keys?new=1');
    await page.getByRole('dialog').getByLabel('Name').fill('CI');
    await page.getByRole('dialog').getByLabel('Name').press('Enter');
    await page.getByText('Use it at good').waitFor();
  });

  it('is one that nothing is known of before one that fails', async () => {
    const { page, open } = await openConsole(browser, { answers: { 'GET /v1/servers': pageOf(...broken, server('unseen', 'unknown', null, null)) } });
    await open('');
    await page.getByText('claude mcp add --transport http unseen').waitFor();
  });
});
