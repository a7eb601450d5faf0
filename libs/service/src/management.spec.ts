import { createLogger } from '@latchkey/telemetry';
import { startManagement, type RunningManagement } from './management.ts';

describe('startManagement', () => {
  let management: RunningManagement;
  const logger = createLogger('probe', 'silent');
  const pages = {
    '/metrics': () => ({ contentType: 'text/plain', body: 'up 1\n' }),
    '/broken': () => { throw new Error('the password is hunter2'); },
  };
  beforeAll(async () => { management = await startManagement({ host: '127.0.0.1', port: 0, logger, pages }); });
  afterAll(() => management.close());
  const get = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${management.port}${path}`, { method });

  it('shows its pages, whatever the query, and nothing else', async () => {
    const page = await get('/metrics?x=1');
    expect([page.status, page.headers.get('content-type'), page.headers.get('cache-control'), await page.text()]).toEqual([200, 'text/plain', 'no-store', 'up 1\n']);
    for (const path of ['/', '/toString', '/__proto__', '/metrics/', '/v1/pats']) expect((await get(path)).status).toBe(404);
    expect((await get('/metrics', 'HEAD')).headers.get('content-length')).toBe('5');
    for (const method of ['POST', 'DELETE']) expect((await get('/metrics', method)).status).toBe(405);
  });

  it('keeps the words of an error for the log', async () => {
    const answer = await get('/broken');
    expect([answer.status, await answer.text()]).toEqual([500, '']);
  });

  it('names its variable when the port is taken', async () => {
    await expect(startManagement({ host: '127.0.0.1', port: management.port, logger, pages })).rejects.toThrow('set LATCHKEY_MANAGEMENT_PORT to a free port');
  });
});
