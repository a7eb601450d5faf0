import { eventually, verifies } from '@latchkey/testing';
import { obtainToken } from '../src/clients/obtain-token.ts';
import { rawMcp } from '../src/clients/raw-mcp.ts';
import { startDemo } from '../src/harness/demo.ts';
import { runCommand } from '../src/harness/run-command.ts';
import { startSeparate, type Separate } from '../src/harness/separate.ts';
import type { ServiceProcess } from '../src/harness/service-process.ts';
import { registerServer } from '../src/harness/system.ts';
import { resourceAt } from '../src/journeys/pat-journey.ts';

interface Listed {
  service: string;
  action: string;
  outcome: string;
  actor: { id: string };
  target: { id: string } | null;
  address: string | null;
  requestId: string | null;
}

describe('one log of three services', () => {
  let system: Separate;
  let demo: ServiceProcess;
  beforeAll(async () => {
    system = await startSeparate('audit');
    const running = await startDemo(system);
    demo = running;
    await registerServer(system, 'demo', running.url);
  }, 120_000);
  afterAll(async () => {
    await demo?.stop();
    await system?.stop();
  }, 60_000);

  verifies('I17', 'an act at each of them is read through the gateway, by an administrator, with who and from where', async () => {
    const management = `${system.gatewayUrl}/v1`;
    const { access } = await obtainToken({ issuer: system.issuer, resource: management, scope: 'audit:read keys:write', account: system.admin });
    const as = { authorization: `Bearer ${access}` };
    const minted = await fetch(`${management}/pats`, {
      method: 'POST', headers: { ...as, 'content-type': 'application/json', 'x-request-id': 'audit-e2e-mint' },
      body: JSON.stringify({ name: 'audited', org: system.org, scopes: ['mcp:read', 'mcp:execute'], expiresIn: '7d' }),
    });
    const { token, id } = (await minted.json()) as { token: string; id: string };
    system.secrets.add('audited key', token);
    const url = resourceAt(system.gatewayUrl, 'demo');
    await eventually(async () => expect((await rawMcp({ url, token })).status).toBe(200));
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'x-request-id': 'audit-e2e-call' };
    await (await fetch(url, { method: 'POST', headers, body })).text();

    const find = async (query: string): Promise<Listed[]> => ((await (await fetch(`${management}/audit?${query}`, { headers: as })).json()) as { items: Listed[] }).items;
    await eventually(async () => expect(await find('requestId=audit-e2e-mint')).toMatchObject([{ service: 'keys', action: 'pat.minted', outcome: 'success', target: { id }, address: expect.stringMatching(/127\.0\.0\.1|::1/) as string }]), { timeoutMs: 20_000 });
    await eventually(async () => expect(await find('requestId=audit-e2e-call')).toMatchObject([{ service: 'gateway', action: 'call.made', target: { id: 'demo/whoami' } }]), { timeoutMs: 20_000 });
    expect((await find('service=identity&action=server.registered'))[0]).toMatchObject({ action: 'server.registered', target: { id: 'demo' } });
    expect((await find('actor=me&action=sign_in.'))[0]).toMatchObject({ outcome: 'success' });

    // What is exported is what the chain holds, which takes in a little later what the list has already.
    const acts = [
      { service: 'identity', action: 'server.registered' }, { service: 'keys', action: 'pat.minted', requestId: 'audit-e2e-mint' }, { service: 'gateway', action: 'call.made', requestId: 'audit-e2e-call' },
    ];
    await eventually(async () => {
      const exported = await (await fetch(`${management}/audit/export`, { headers: as })).text();
      const events = exported.trimEnd().split('\n').map((line) => (JSON.parse(line) as { event: Listed }).event);
      expect(events).toEqual(expect.arrayContaining(acts.map((act): unknown => expect.objectContaining(act))));
      expect(exported).not.toContain(token);
    });
    await eventually(async () => {
      const verification = (await (await fetch(`${management}/audit/verify`, { headers: as })).json()) as { ok: boolean; checked: number; head: { position: number; hash: string } };
      expect(verification.ok).toBe(true);
      const { position, hash } = verification.head;
      expect((await runCommand('audit-verify', ['--org', system.org, '--head', `${position}:${hash}`], system.operatorEnv)).code).toBe(0);
    });
  }, 90_000);
});
