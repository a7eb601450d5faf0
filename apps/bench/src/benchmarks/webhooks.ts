import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifierOf } from '@latchkey/keys';
import { startPostgres } from '@latchkey/testing';
import { Webhook } from 'standardwebhooks';
import { Pool } from 'undici';
import type { Benchmark, Report } from '../benchmark.ts';
import { asManyAsPossible } from '../http-load.ts';
import { compare, summarize } from '../measure.ts';
import { startChild } from '../processes/calls.ts';
import { gatewayIdentity } from '../processes/gateway-identity.ts';
import type { KeysServerCalls } from '../processes/keys-server.ts';

const rounds = 3;
const deliveries = 3000;
const bodyBytes = 2048;
const body = Buffer.from(JSON.stringify({ id: 'evt_1', text: 'x'.repeat(bodyBytes - 25) }));

/** CPU of one verification of 2 KB, under the second of two secrets, beside the published library and the bare HMAC. */
function verify(report: Report): void {
  const [secret, other] = [`whsec_${randomBytes(32).toString('base64')}`, `whsec_${randomBytes(32).toString('base64')}`];
  const now = Math.floor(Date.now() / 1000);
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(now), 'webhook-signature': new Webhook(secret).sign('msg_1', new Date(now * 1000), body.toString()) };
  const options = { toleranceSeconds: 3600, hmac: { header: 'x', encoding: 'hex' as const, prefix: '', timestampHeader: null, idHeader: null } };
  const library = new Webhook(secret);
  const many = (operation: () => number) => (from: number, to: number): number => {
    let sum = 0;
    for (let at = from; at < to; at += 1) sum += operation();
    return sum;
  };
  const times = compare({
    ours: many(() => verifierOf.standard({ headers, body }, [other, secret], options, now)?.length ?? 0),
    library: many(() => Number(library.verify(body, headers) !== undefined)),
    bare: many(() => createHmac('sha256', secret).update(body).digest()[0]),
  }, { operations: 5000 });
  const perSecond = (nanoseconds: number): number => 1e9 / nanoseconds;
  report({ name: 'a webhook of 2 KB is verified, two secrets', unit: '/s', value: perSecond(times.ours.value), yardstick: { name: 'standardwebhooks, one secret', value: perSecond(times.library.value) }, budget: 5000 });
  report({ name: 'the bare HMAC', unit: '/s', value: perSecond(times.bare.value) });
}

/** What comes in and goes out of the key service on one core. */
export const webhooks: Benchmark = {
  name: 'webhooks',
  about: 'verifying what comes in, and deliveries to a receiver on this machine',
  async run(report) {
    verify(report);
    const postgres = await startPostgres({ durable: true });
    const server = startChild<KeysServerCalls>('keys-server', 0);
    const gateway = await gatewayIdentity();
    let received = 0;
    let done: () => void = () => undefined;
    const receiver = createServer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(204).end();
        received += 1;
        if (received % deliveries === 0) done();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    try {
      const port = await server.call('start', { databaseUrl: postgres.url, jwksUrl: gateway.jwksUrl });
      const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 32 });
      const post = async (path: string, sent: object): Promise<Record<string, string>> => {
        const headers = { 'latchkey-identity': await gateway.assert('acme'), 'content-type': 'application/json' };
        const answer = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(sent) });
        return (await answer.body.json()) as Record<string, string>;
      };

      const endpoint = await post('/v1/webhooks/endpoints', { url: `http://localhost:${(receiver.address() as AddressInfo).port}/`, events: ['key.expiring'] });
      const [sent, perCpuSecond]: [number[], number[]] = [[], []];
      for (let round = 0; round <= rounds; round += 1) {
        const all = new Promise<void>((resolve) => (done = resolve));
        const before = (await server.call('cost')).cpuMs;
        const beganMs = performance.now();
        await server.call('tell', endpoint['id'], 'acme', deliveries);
        await all;
        if (round === 0) continue;
        sent.push(deliveries / ((performance.now() - beganMs) / 1000));
        perCpuSecond.push(deliveries / (((await server.call('cost')).cpuMs - before) / 1000));
      }
      report({ name: 'deliveries', unit: '/s', ...summarize(sent), budget: 500 });
      report({ name: 'deliveries, per second of its CPU', unit: '/s', ...summarize(perCpuSecond), budget: 500 });

      const subscription = await post('/v1/webhooks/subscriptions', { name: 'bench', project: 'prod', verifier: 'hmac-sha256', action: { server: 'demo', tool: 'add_task' } });
      const forged = { 'x-signature': '0'.repeat(64), 'content-type': 'application/json' };
      const beforeMs = (await server.call('cost')).cpuMs;
      const refused = await asManyAsPossible(32, 3, async () => {
        const answer = await pool.request({ method: 'POST', path: `/v1/hooks/${subscription['id']}`, headers: forged, body });
        await answer.body.dump();
        if (answer.statusCode !== 401) throw new Error(`a forged webhook was answered ${answer.statusCode}`);
      });
      report({ name: 'forged ones refused over HTTP', unit: '/s', value: refused.perSecond });
      report({ name: 'the same, per second of its CPU', unit: '/s', value: refused.operations / (((await server.call('cost')).cpuMs - beforeMs) / 1000) });
      await pool.close();
    } finally {
      await server.stop();
      gateway.close();
      receiver.closeAllConnections();
      receiver.close();
      await postgres.stop();
    }
  },
};
