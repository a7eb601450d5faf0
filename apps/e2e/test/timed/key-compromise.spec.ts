import { eventually, verifies } from '@latchkey/testing';
import { decodeProtectedHeader } from 'jose';
import { obtainToken } from '../../src/clients/obtain-token.ts';
import { rawMcp } from '../../src/clients/raw-mcp.ts';
import { startDemo } from '../../src/harness/demo.ts';
import { runCommand } from '../../src/harness/run-command.ts';
import { startSeparate, type Separate } from '../../src/harness/separate.ts';
import type { ServiceProcess } from '../../src/harness/service-process.ts';
import { registerServer } from '../../src/harness/system.ts';
import { resourceAt } from '../../src/journeys/pat-journey.ts';

/** N for the reads that are tried here. */
const boundMs = 5000;

describe('a signing key that was stolen', () => {
  let system: Separate;
  let demo: ServiceProcess;
  let resource: string;

  beforeAll(async () => {
    system = await startSeparate('key-compromise');
    const running = await startDemo(system);
    demo = running;
    resource = await registerServer(system, 'demo', running.url);
    for (const gateway of system.gateways) await eventually(async () => (await rawMcp({ url: resourceAt(gateway, 'demo') })).status === 401);
  }, 120_000);
  afterAll(async () => {
    await demo?.stop();
    await system?.stop();
  }, 60_000);

  const obtain = () => obtainToken({ issuer: system.issuer, resource, scope: 'mcp:read mcp:execute', account: system.admin });
  const statuses = (token: string) => Promise.all(system.gateways.map(async (gateway) => (await rawMcp({ url: resourceAt(gateway, 'demo'), token })).status));

  verifies(['AS-71', 'I12'], 'is dropped by one command: its tokens are refused by every gateway within N, a refresh and a new sign-in go on', async () => {
    const grant = await obtain();
    const kid = String(decodeProtectedHeader(grant.access).kid);
    expect(await statuses(grant.access)).toEqual([200, 200]);
    expect((await runCommand('keys-rotate', ['--list'], system.operatorEnv)).said.filter(({ purpose }) => purpose === 'ES256')).toMatchObject([{ kid }]);

    const { code, said } = await runCommand('keys-rotate', ['--compromised', kid], system.operatorEnv);
    const droppedAtMs = performance.now();
    expect([code, said]).toEqual([0, [{ dropped: kid, signs: { id: expect.any(String) as string, purpose: 'ES256' } }]]);

    // Each token is read a last time after the bound: until then a gateway may still believe it.
    await eventually(async () => expect(await statuses(grant.access)).toEqual([401, 401]), { timeoutMs: boundMs });
    expect(performance.now() - droppedAtMs).toBeLessThan(boundMs);

    // Within a second, the service itself has looked and signs with the other one.
    let refresh = grant.refresh ?? '';
    const refreshed = await eventually(async () => {
      const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh, client_id: grant.clientId });
      const tokens = (await (await fetch(`${system.issuer}/oauth/token`, { method: 'POST', body })).json()) as { access_token: string; refresh_token: string };
      refresh = tokens.refresh_token;
      expect(decodeProtectedHeader(tokens.access_token).kid).not.toBe(kid);
      return tokens.access_token;
    });
    expect(await statuses(refreshed)).toEqual([200, 200]);
    expect(await statuses((await obtain()).access)).toEqual([200, 200]);
    // Nothing brings it back.
    expect(await statuses(grant.access)).toEqual([401, 401]);
    expect((await runCommand('keys-rotate', ['--compromised', kid], system.operatorEnv)).code).toBe(2);
    expect((await runCommand('keys-rotate', [], system.operatorEnv)).complaint).toContain('--compromised <kid>');
  }, 60_000);

  verifies('I17', 'leaves a log that the other command verifies', async () => {
    const verified = await eventually(async () => {
      const { code, said } = await runCommand('audit-verify', ['--deployment'], system.operatorEnv);
      expect(code).toBe(0);
      expect(Number(said[0]!['checked'])).toBeGreaterThan(5);
      return said[0]!;
    });
    expect((await runCommand('audit-verify', ['--deployment', '--head', String(verified['head'])], system.operatorEnv)).code).toBe(0);
    const forged = `${String(verified['head']).split(':')[0]}:${'0'.repeat(64)}`;
    expect(await runCommand('audit-verify', ['--deployment', '--head', forged], system.operatorEnv)).toMatchObject({ code: 1, said: [{ ok: false, firstBad: { flaw: 'other_history' } }] });
    expect((await runCommand('audit-verify', ['--org', 'no such org'], system.operatorEnv)).code).toBe(2);
  }, 60_000);
});
