import { member, consoleInChromium, owner, page as pageOf, refused } from './console-in-browser.ts';

const no = refused('insufficient_role');
const project = { org: 'acme', slug: 'prod', name: 'Production', role: null, createdAt: '2026-03-01T12:00:00.000Z' };
const answers = { 'GET /v1/servers': no, 'GET /v1/connections': no, 'GET /v1/webhooks/subscriptions': no, 'GET /v1/projects/prod/folders': no, 'GET /v1/projects/prod': project, 'GET /v1/audit': pageOf() };

describe('a member without a role in any project', () => {
  const openConsole = consoleInChromium();

  it('is told so on every screen of what is in projects, and whom to ask', async () => {
    const { page, open } = await openConsole({ as: { ...member, projects: {} }, answers });
    for (const [screen, title] of [['', 'in a project yet'], ['servers', 'in a project yet'], ['connections', 'in a project yet'], ['webhooks', 'in a project yet'], ['projects/prod', 'in this project']] as const) {
      await open(screen);
      await page.getByRole('heading', { name: `You have no role ${title}` }).waitFor();
      await page.getByText('Ask an administrator of Acme').waitFor();
      expect([screen, await page.getByRole('alert').count(), await page.locator('[aria-busy="true"]').count()]).toEqual([screen, 0, 0]);
    }
  });

  it('what fails for another reason is said as it is', async () => {
    const { page, open } = await openConsole({ as: owner, answers: { ...answers, 'GET /v1/servers': refused('state_stale') } });
    await open('');
    await page.getByText('Refused: state_stale').waitFor();
  });
});
