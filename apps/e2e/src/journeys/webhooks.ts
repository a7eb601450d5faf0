import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@latchkey/testing';
import { Webhook } from 'standardwebhooks';
import { rawMcp } from '../clients/raw-mcp.ts';
import { callApi, manage, type System } from '../harness/system.ts';
import { mintPat, resourceAt, type Pat } from './pat-journey.ts';

/** A sender signs, the gateway passes it on, keys believes it, and the tool is called through the gateway in the name of whoever allowed it. */
export async function expectHookCallsTool(system: System, slug: string, reader: Pat): Promise<void> {
  const grant = await manage(system, 'webhooks:write');
  const made = await callApi(system, grant, 'POST', '/webhooks/subscriptions', {
    name: 'issues', project: system.project, verifier: 'github', action: { server: slug, tool: 'add_task', arguments: { title: 'Issue {{/issue/number}}: {{/issue/title}}' } },
  });
  expect(made.status).toBe(201);
  const secret = String(made.body['secret']);
  system.secrets.add('secret of a webhook subscription', secret);
  const title = `door ${randomBytes(4).toString('hex')}`;
  const body = JSON.stringify({ issue: { number: 7, title } });
  const post = (signature: string) =>
    fetch(String(made.body['url']), { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-github-delivery': title, 'x-hub-signature-256': `sha256=${signature}` } });
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const forged = await post(signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0')));
  expect([forged.status, ((await forged.json()) as { code: string }).code]).toEqual([401, 'signature_invalid']);
  const taken = await post(signature);
  expect(taken.status).toBe(202);
  const { id } = (await taken.json()) as { id: string };
  const again = await post(signature);
  expect([again.status, await again.json()]).toEqual([200, { id, status: 'duplicate' }]);
  await eventually(async () => {
    const { body: delivery } = await callApi(system, grant, 'GET', `/webhooks/subscriptions/${String(made.body['id'])}/deliveries/${id}`);
    expect(delivery).toMatchObject({ status: 'succeeded', error: null });
  });
  const tasks = await rawMcp({ url: resourceAt(system.gatewayUrl, slug), token: reader.token, params: { name: 'list_tasks', arguments: {} } });
  const { content } = tasks.body['result'] as { content: { text: string }[] };
  expect(content.map(({ text }) => text).join('\n').split(`Issue 7: ${title}`)).toHaveLength(2);
}

/** Keys are killed while they tell of keys: everything is told, under one id each, by whoever comes after. */
export async function expectNothingLostWhenKilled(system: System, kill: () => Promise<unknown>): Promise<void> {
  const received: { id: string; body: string; genuine: boolean }[] = [];
  let secret = '';
  let answering = false;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      received.push({ id: String(request.headers['webhook-id']), body, genuine: isGenuine(secret, body, request.headers as Record<string, string>) });
      // Half of them are answered, half are on their way when the process dies.
      if (answering || received.length % 2 === 0) response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const grant = await manage(system, 'webhooks:write keys:write');
    const url = `http://localhost:${(server.address() as AddressInfo).port}/hook`;
    const made = await callApi(system, grant, 'POST', '/webhooks/endpoints', { url, events: ['key.minted'] });
    expect(made.status).toBe(201);
    secret = String(made.body['secret']);
    system.secrets.add('secret of a webhook endpoint', secret);
    const minted: Pat[] = [];
    for (let nth = 0; nth < 12; nth += 1) minted.push(await mintPat(system, grant, `told ${nth}`));
    await eventually(() => received.length >= 6);
    await kill();
    answering = true;
    const idsOf = ({ id }: Pat) => received.filter(({ body }) => (JSON.parse(body) as { data: { id: string } }).data.id === id).map((message) => message.id);
    await eventually(async () => {
      const { body } = await callApi(system, grant, 'GET', `/webhooks/endpoints/${String(made.body['id'])}/deliveries?status=succeeded&limit=100`);
      expect(body['items']).toHaveLength(minted.length);
    }, { timeoutMs: 40_000 });
    for (const pat of minted) expect(new Set(idsOf(pat)).size).toBe(1);
    expect(received.length).toBeGreaterThan(minted.length);
    expect(received.every(({ genuine }) => genuine)).toBe(true);
    await callApi(system, grant, 'DELETE', `/webhooks/endpoints/${String(made.body['id'])}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function isGenuine(secret: string, body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
