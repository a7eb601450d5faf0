import { eventually, verifies } from '@latchkey/testing';
import { decodeProtectedHeader } from 'jose';
import { obtainToken } from '../../src/clients/obtain-token.ts';
import { rawMcp } from '../../src/clients/raw-mcp.ts';
import { startDemo } from '../../src/harness/demo.ts';
import { startSeparate, type Separate } from '../../src/harness/separate.ts';
import type { ServiceProcess } from '../../src/harness/service-process.ts';
import { registerServer } from '../../src/harness/system.ts';
import { resourceAt } from '../../src/journeys/pat-journey.ts';

describe('signing keys that roll every few seconds', () => {
  let system: Separate;
  let demo: ServiceProcess;
  let resource: string;

  beforeAll(async () => {
    system = await startSeparate('key-roll', {
      LATCHKEY_SIGNING_KEY_LIFETIME_SECONDS: '3', LATCHKEY_SIGNING_KEY_ANNOUNCE_SECONDS: '2', LATCHKEY_RATE_LIMIT_PER_MINUTE: '100000',
    });
    const running = await startDemo(system);
    demo = running;
    resource = await registerServer(system, 'demo', running.url);
    for (const gateway of system.gateways) await eventually(async () => (await rawMcp({ url: resourceAt(gateway, 'demo') })).status === 401);
  }, 120_000);
  afterAll(async () => {
    await demo?.stop();
    await system?.stop();
  }, 60_000);

  /** A client under load: it refreshes all the time, and calls both gateways with what it has, old and new. */
  async function useTokens(kids: Set<string>, done: () => boolean): Promise<string[]> {
    const failures: string[] = [];
    const grant = await obtainToken({ issuer: system.issuer, resource, scope: 'mcp:read mcp:execute', account: system.admin });
    let refresh = grant.refresh ?? '';
    let tokens = [grant.access];
    while (!done()) {
      for (const url of system.gateways.map((gateway) => resourceAt(gateway, 'demo'))) {
        const answers = await Promise.all(tokens.map((token) => rawMcp({ url, token })));
        failures.push(...answers.filter(({ status }) => status !== 200).map(({ status, body }) => `${status} ${String(body['code'])}`));
      }
      const response = await fetch(`${system.issuer}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh, client_id: grant.clientId }),
      });
      const body = (await response.json()) as Record<string, string>;
      if (response.status !== 200) return [...failures, `refresh: ${response.status} ${String(body['error'])}`];
      refresh = body['refresh_token'] ?? '';
      kids.add(String(decodeProtectedHeader(body['access_token'] ?? '').kid));
      // The newest, and a few that older keys have signed.
      tokens = [body['access_token'] ?? '', ...tokens].slice(0, 4);
    }
    return failures;
  }

  verifies(['AS-70', 'GW-22'], 'no request fails while four keys follow one another', async () => {
    const kids = new Set<string>();
    const giveUp = performance.now() + 60_000;
    const done = () => kids.size >= 4 || performance.now() > giveUp;
    const failures = (await Promise.all([1, 2, 3].map(() => useTokens(kids, done)))).flat();
    expect(failures).toEqual([]);
    expect(kids.size).toBeGreaterThanOrEqual(4);
  }, 90_000);
});
