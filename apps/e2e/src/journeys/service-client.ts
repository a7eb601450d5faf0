import { Latchkey, LatchkeyError, natsTransport } from '@latchkey/client';
import { eventually } from '@latchkey/testing';
import { connect, headers } from '@nats-io/transport-node';
import { callApi, manage, type System } from '../harness/system.ts';

const codeOf = (answer: Promise<unknown>): Promise<string> => answer.then(() => 'none', (error: unknown) => (error instanceof LatchkeyError ? error.code : String(error)));

/** A service of the organization integrates: from the OpenAPI document to its first answers, over HTTP and over NATS, until its key ends. */
export async function expectServiceIntegrates(system: System, natsUrl: string): Promise<void> {
  const { org } = system;
  const document = (await (await fetch(`${system.gatewayUrl}/openapi.json`)).json()) as { servers: { url: string }[]; paths: Record<string, object> };
  expect(document.servers).toEqual([{ url: system.gatewayUrl }]);

  const { body } = await callApi(system, await manage(system, 'keys:write'), 'POST', '/pats', { kind: 'service', name: 'billing', org, scopes: ['keys:write'], expiresIn: '1h' });
  const [credential, id] = [String(body['token']), String(body['id'])];
  system.secrets.add('service key', credential);
  const overHttp = new Latchkey({ url: document.servers[0]?.url ?? '', credential });
  const { host, username, password } = new URL(natsUrl);
  const connection = await connect({ servers: host, user: username, pass: password, inboxPrefix: '_INBOX_service' });
  try {
    const overNats = new Latchkey({ transport: natsTransport({ connection, headers, credential }) });
    for (const [at, { keys }] of [overHttp, overNats].entries()) {
      const minted = await keys.mint({ kind: 'service', name: `worker ${at}`, org, scopes: ['keys:read'], expiresIn: '1h' });
      system.secrets.add(`key of worker ${at}`, minted.token);
      expect(await keys.verify({ token: minted.token, scope: 'keys:read' })).toMatchObject({ valid: true, principal: { id: minted.id, org } });
      const listed: string[] = [];
      for await (const key of keys.list({ owner: `svc_${minted.id}`, limit: 1 })) listed.push(key.id);
      expect(listed).toEqual([minted.id]);
      const successor = await keys.rotate(minted.id, { graceSeconds: 60 });
      system.secrets.add(`successor of worker ${at}`, successor.token);
      expect(await keys.revoke(successor.id, 'done')).toMatchObject({ status: 'revoked' });
      expect(await keys.verify({ token: successor.token })).toMatchObject({ valid: false, code: 'token_revoked' });
      expect(await codeOf(keys.mint({ kind: 'service', name: 'elsewhere', org: 'no-such-org', scopes: ['keys:read'], expiresIn: '1h' }))).toBe('tenant_mismatch');
    }
    // It may no more than it was given.
    expect(await codeOf(overHttp.call('listServers', {}))).toBe('insufficient_scope');
    await overNats.keys.revoke(id);
    expect(await codeOf(overNats.keys.verify({ token: 'x' }))).toBe('token_revoked');
    await eventually(async () => expect(await codeOf(overHttp.keys.verify({ token: 'x' }))).toBe('token_revoked'));
  } finally {
    await connection.close();
  }
}
