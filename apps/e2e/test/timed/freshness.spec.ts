import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, verifies } from '@latchkey/testing';
import { obtainToken } from '../../src/clients/obtain-token.ts';
import { rawMcp } from '../../src/clients/raw-mcp.ts';
import { startDemo } from '../../src/harness/demo.ts';
import { startSeparate, type Separate } from '../../src/harness/separate.ts';
import type { ServiceProcess } from '../../src/harness/service-process.ts';
import { callApi, manage, registerServer } from '../../src/harness/system.ts';
import { expectPatWorks, mintPat, resourceAt } from '../../src/journeys/pat-journey.ts';

const boundMs = 2000;

describe('freshness on Postgres, NATS and Redis', () => {
  let system: Separate;
  let demo: ServiceProcess & { url: string };
  let resource: string;
  beforeAll(async () => {
    system = await startSeparate('freshness', {
      LATCHKEY_RATE_LIMIT_PER_MINUTE: '100000', LATCHKEY_FAILED_CREDENTIALS_PER_MINUTE: '100000', LATCHKEY_FRESHNESS_BOUND_MS: String(boundMs), LATCHKEY_FRESHNESS_BOUND_WRITE_MS: String(boundMs),
    });
    demo = await startDemo(system);
    resource = await registerServer(system, 'demo', demo.url);
  }, 120_000);
  afterAll(async () => {
    await demo?.stop();
    await system?.stop();
  }, 60_000);

  /** What every gateway says to a call of a tool: the status, and our code where it refuses. */
  const askAll = (token: string) =>
    Promise.all(system.gateways.map(async (gateway) => {
      const { status, body } = await rawMcp({ url: resourceAt(gateway, 'demo'), token });
      const error = body['error'] as { data?: { code?: string } } | undefined;
      return `${status} ${status === 200 ? 'ok' : String(body['code'] ?? error?.data?.code)}`;
    }));
  /** Asks all the time for `forMs`; everything that was answered from `sinceMs` on. */
  async function watch(token: string, forMs: number, sinceMs = 0): Promise<Set<string>> {
    const begun = performance.now();
    const seen = new Set<string>();
    while (performance.now() - begun < forMs) {
      const askedAtMs = performance.now() - begun;
      const answers = await askAll(token);
      if (askedAtMs >= sinceMs) for (const answer of answers) seen.add(answer);
      await sleep(20);
    }
    return seen;
  }
  const allSay = (token: string, answer: string) => eventually(async () => (await askAll(token)).every((said) => said === answer), { timeoutMs: 15_000 });

  verifies(['G2', 'GW-24'], 'NATS frozen: living credentials go on, a revoked one ends within the bound, and with the writers gone too nobody is believed', async () => {
    const grant = await manage(system, 'keys:write');
    const [kept, revoked] = [await mintPat(system, grant, 'kept'), await mintPat(system, grant, 'revoked')];
    for (const pat of [kept, revoked]) await expectPatWorks(system, 'demo', pat);
    const { access } = await obtainToken({ issuer: system.issuer, resource, scope: 'mcp:read mcp:execute', account: system.admin });
    system.secrets.add('access token', access);
    await allSay(access, '200 ok');
    try {
      system.nats.freeze();
      // Past the bound the writers answer over HTTP; a moment of 503 is allowed, a 401 never.
      for (const token of [kept.token, access]) {
        const seen = await watch(token, boundMs * 1.5);
        expect([...seen].filter((answer) => answer !== '200 ok' && answer !== '503 state_stale')).toEqual([]);
      }
      await allSay(kept.token, '200 ok');
      await allSay(access, '200 ok');

      // The gateway cannot hear of it; the bound counts from the answer, which comes after COMMIT.
      let deleted = await callApi(system, grant, 'DELETE', `/pats/${revoked.id}`);
      for (let again = 0; again < 20 && deleted.status === 503; again += 1) deleted = await callApi(system, grant, 'DELETE', `/pats/${revoked.id}`);
      expect(deleted.status).toBe(200);
      expect([...(await watch(revoked.token, boundMs * 2, boundMs))]).not.toContain('200 ok');
      await allSay(revoked.token, '401 token_revoked');
      // A key that was minted meanwhile works: the writer knows it.
      const young = await eventually(() => mintPat(system, grant, 'young'));
      await allSay(young.token, '200 ok');

      for (const writer of [system.keys, system.identity]) process.kill(writer.pid, 'SIGSTOP');
      expect([...(await watch(kept.token, boundMs * 2, boundMs))]).toEqual(['503 state_stale']);
      expect([...(await watch(access, boundMs))]).toEqual(['503 state_stale']);
      // What was heard is for ever; what was not is not guessed at.
      expect([...(await watch(revoked.token, 500))]).toEqual(['503 state_stale']);
    } finally {
      for (const writer of [system.keys, system.identity]) process.kill(writer.pid, 'SIGCONT');
      system.nats.resume();
    }
    await allSay(kept.token, '200 ok');
    await allSay(access, '200 ok');
    await allSay(revoked.token, '401 token_revoked');
    // The gateways find their way back to the feed, and then there is no doubt left.
    await eventually(async () => expect([...(await watch(kept.token, 1000))]).toEqual(['200 ok']), { timeoutMs: 30_000 });
  }, 120_000);

  it('keeps every secret out of the logs', () => {
    expect(system.secrets.findIn(system.logDirs)).toEqual([]);
  });
});
