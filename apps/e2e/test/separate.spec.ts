import { eventually, verifies } from '@latchkey/testing';
import pg from 'pg';
import { startCallbackListener, type CallbackListener } from '../src/clients/callback-listener.ts';
import { FormBrowser } from '../src/clients/form-browser.ts';
import { LegacyClient } from '../src/clients/legacy-client.ts';
import type { McpClient } from '../src/clients/mcp-client.ts';
import { ModernClient } from '../src/clients/modern-client.ts';
import { obtainToken } from '../src/clients/obtain-token.ts';
import { rawMcp } from '../src/clients/raw-mcp.ts';
import { startDemo } from '../src/harness/demo.ts';
import { startSeparate, type Separate } from '../src/harness/separate.ts';
import type { ServiceProcess } from '../src/harness/service-process.ts';
import { manage, registerServer } from '../src/harness/system.ts';
import { connectByOAuth, expectDiscovery, expectRefresh, expectRevocation, expectTools } from '../src/journeys/oauth-journey.ts';
import { expectForgedPatsRefused, expectPatLifeCycle, expectPatWorks, expectRefused, mintPat, resourceAt } from '../src/journeys/pat-journey.ts';

describe('separate processes on Postgres, NATS and Redis', () => {
  let system: Separate;
  let demo: ServiceProcess & { url: string };
  let callback: CallbackListener;
  let resource: string;

  beforeAll(async () => {
    system = await startSeparate('separate', { LATCHKEY_RATE_LIMIT_PER_MINUTE: '1000' });
    demo = await startDemo(system);
    resource = await registerServer(system, 'demo', demo.url);
    callback = await startCallbackListener();
    for (const gateway of system.gateways) {
      await eventually(async () => (await rawMcp({ url: resourceAt(gateway, 'demo') })).status === 401);
    }
  }, 120_000);
  afterAll(async () => {
    await callback?.close();
    await demo?.stop();
    await system?.stop();
  }, 60_000);

  const clients: ((url: string, redirectUrl: string) => McpClient)[] = [
    (url, redirectUrl) => new ModernClient(url, redirectUrl),
    (url, redirectUrl) => new LegacyClient(url, redirectUrl),
  ];
  for (const [index, makeClient] of clients.entries()) {
    verifies('G2', `the journey of a ${index === 0 ? 'modern' : 'legacy'} client, and its revocation at both gateways`, async () => {
      await expectDiscovery(system, resource);
      const client = makeClient(resource, callback.url);
      await connectByOAuth(system, client, resource, async (url) => {
        await new FormBrowser(system.admin).authorize(url, callback.url);
        return callback.next();
      });
      await expectTools(client);
      await expectRefresh(system, client);
      await expectRevocation(system, client, resource);
      await client.close();
    });
  }

  verifies('K2', 'a PAT works at both gateways and is refused at both once revoked', () => expectPatLifeCycle(system, 'demo'));
  verifies('GW-23', 'a mistyped and an unknown PAT are told apart at both', () => expectForgedPatsRefused(system, 'demo'));

  verifies('K4', 'an expired PAT is refused with its own code at both gateways', async () => {
    const pat = await mintPat(system, await manage(system, 'keys:write'), 'to expire');
    await expectPatWorks(system, 'demo', pat);
    await expire(system, pat.id);
    await expectRefused(system, 'demo', pat.token, 'token_expired');
  });

  verifies('G1', 'with the key service stopped, tokens of both kinds still work at both gateways', async () => {
    const pat = await mintPat(system, await manage(system, 'keys:write'), 'outlives the key service');
    await expectPatWorks(system, 'demo', pat);
    const { access } = await obtainToken({ issuer: system.issuer, resource, scope: 'mcp:read mcp:execute', account: system.admin });
    system.secrets.add('access token', access);
    expect(await system.keys.stop()).toBe(0);
    await expectPatWorks(system, 'demo', pat);
    for (const gateway of system.gateways) {
      expect((await rawMcp({ url: resourceAt(gateway, 'demo'), token: access })).status).toBe(200);
    }
  });

  verifies('O3', 'no secret of all this stands in the logs of any process', () => {
    expect(system.secrets.size).toBeGreaterThan(10);
    expect(system.secrets.findIn(system.logDir)).toEqual([]);
  });

  verifies('O2', 'every process ends by itself when asked to', async () => {
    for (const service of [...system.replicas, system.identity]) expect({ [service.name]: await service.stop() }).toEqual({ [service.name]: 0 });
  });
});

/**
 * No PAT lives less than seven days, so time is moved for one: its expiry in the key service's own tables, from where the service's relay
 * publishes it as it does every change.
 */
async function expire(system: Separate, id: string): Promise<void> {
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `UPDATE keys.outbox SET record = jsonb_set(record, '{expiresAt}', to_jsonb(extract(epoch FROM now())::bigint - 60)),
         version = version + 1, published = false, updated_at = now() WHERE subject = $1`,
      [`feed.keys.pat.${id}`],
    );
    expect(rowCount).toBe(1);
  } finally {
    await client.end();
  }
}
