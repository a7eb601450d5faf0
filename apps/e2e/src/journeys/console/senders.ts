import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@latchkey/testing';
import { Webhook } from 'standardwebhooks';
import { choose, expectInert, hostile, keepSecret, type AtTheConsole } from './at-the-console.ts';

/** A sender is let in; what it signs calls the tool, what somebody else signs is seen to be refused. */
export async function expectSender(at: AtTheConsole): Promise<void> {
  const { page, open } = at;
  await open('webhooks?new=1');
  const dialog = page.getByRole('dialog', { name: 'Let a sender in' });
  await dialog.getByLabel('Name').fill(hostile('Issues'));
  await choose(dialog, /^Project/, 'Main');
  await dialog.getByLabel(/^Server/).and(dialog.locator(':enabled')).first().waitFor();
  await choose(dialog, /^Server/, 'Demo');
  await dialog.getByLabel(/^Tool/).first().fill('add_task');
  await dialog.getByLabel('Arguments').fill('{ "title": "Issue {{/issue/number}}" }');
  await dialog.getByRole('button', { name: 'Let it in' }).click();
  const url = await page.getByRole('dialog').getByText('/v1/hooks/').innerText();
  const secret = await keepSecret(at, 'secret of a sender');
  await page.getByText('Nothing came').waitFor();

  const body = JSON.stringify({ issue: { number: 7, title: hostile('broken') } });
  const post = async (key: string): Promise<number> => {
    const signature = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
    return (await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-github-delivery': 'one', 'x-hub-signature-256': signature } })).status;
  };
  expect([await post('somebody else'), await post(secret)]).toEqual([401, 202]);
  await page.reload();
  await page.getByText('1 message was refused: the signature did not hold').waitFor();
  const came = page.getByRole('table', { name: 'Deliveries' }).getByRole('row').filter({ hasText: 'verified' });
  await came.getByText('succeeded').waitFor({ timeout: 30_000 });
  await came.getByRole('button', { name: /^Look at/ }).click();
  const shown = page.getByRole('dialog', { name: 'What came' });
  expect(await shown.getByLabel('What was sent').innerText()).toBe(body);
  expect(JSON.parse(await shown.getByLabel('Arguments').innerText())).toEqual({ title: 'Issue 7' });
  await expectInert(page);
  await shown.getByRole('button', { name: 'Call the tool again' }).click();
  await came.filter({ hasText: 'again, on request' }).getByText('succeeded').waitFor({ timeout: 30_000 });
}

/** A receiver is told, checks what it is told, and is told again on request. */
export async function expectReceiver(at: AtTheConsole): Promise<void> {
  const { page, open } = at;
  const received: { id: string; body: string; headers: Record<string, string> }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      received.push({ id: String(request.headers['webhook-id']), body: Buffer.concat(chunks).toString(), headers: request.headers as Record<string, string> });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await open('webhooks?tab=out&new=1');
    const dialog = page.getByRole('dialog', { name: 'Add an endpoint' });
    await dialog.getByLabel('Address').fill(`http://localhost:${(server.address() as AddressInfo).port}/told`);
    await dialog.getByLabel('Note').fill(hostile('Ours'));
    await dialog.getByRole('button', { name: 'Add it' }).click();
    const secret = await keepSecret(at, 'secret of an endpoint');
    await page.getByRole('button', { name: 'Send a test' }).click();
    const sent = page.getByRole('table', { name: 'Messages' }).getByRole('row').filter({ hasText: 'webhook.ping' });
    await sent.getByText('succeeded').waitFor({ timeout: 30_000 });
    expect(new Webhook(secret).verify(received[0]?.body ?? '', received[0]?.headers ?? {})).toMatchObject({ type: 'webhook.ping' });
    await sent.getByRole('button', { name: /^Look at/ }).click();
    await page.getByRole('dialog', { name: 'The message' }).getByText('answered 204').waitFor();
    await expectInert(page);
    await page.getByRole('button', { name: 'Send it again' }).click();
    await eventually(() => expect(received.map(({ id }) => id)).toEqual([received[0]?.id, received[0]?.id]), { timeoutMs: 30_000 });
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete the endpoint' }).click();
    await page.getByText('Nobody is told').waitFor();
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
