import { eventually } from '@latchkey/testing';
import { connectLegacyWithKey, connectModernWithKey } from '../clients/key-clients.ts';
import { rawMcp, readChallenge } from '../clients/raw-mcp.ts';
import { inventToken, mistype } from '../clients/token-format.ts';
import { callApi, manage, type System } from '../harness/system.ts';
import type { Grant } from '../clients/obtain-token.ts';

export interface Pat {
  id: string;
  token: string;
}

/** Mints through the gateway, as a program of the user would. */
export async function mintPat(system: System, grant: Grant, name: string, scopes: string[] = ['mcp:read', 'mcp:execute']): Promise<Pat> {
  const { status, body } = await callApi(system, grant, 'POST', '/pats', { name, org: system.org, scopes, expiresIn: '30d' });
  expect(status).toBe(201);
  expect(body).toMatchObject({ name, org: system.org, status: 'active', consistency: `feed.keys.pat.${String(body['id'])}@1` });
  const token = String(body['token']);
  expect(token).toMatch(/^lk_pat_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}$/);
  expect(body['prefix']).toBe(token.slice(0, 15));
  system.secrets.add(`PAT ${name}`, token);
  return { id: String(body['id']), token };
}

export const resourceAt = (gateway: string, slug: string) => `${gateway}/mcp/${slug}`;

/** The token calls a tool at every gateway, as soon as the feed has told them. */
export async function expectPatWorks(system: System, slug: string, { token, id }: Pat): Promise<void> {
  for (const gateway of system.gateways) {
    await eventually(async () => {
      const answer = await rawMcp({ url: resourceAt(gateway, slug), token });
      expect(answer.status).toBe(200);
      const { structuredContent } = answer.body['result'] as { structuredContent: Record<string, unknown> };
      expect(structuredContent).toMatchObject({ status: 'verified', credential: { kind: 'pat', id }, receivedAuthorizationHeader: false });
    });
  }
}

/** 401 with this very code, and the challenge that every bad credential gets. @returns the id of such a request, at the last gateway */
export async function expectRefused(system: System, slug: string, token: string, code: string): Promise<string> {
  let requestId = '';
  for (const gateway of system.gateways) {
    await eventually(async () => {
      const answer = await rawMcp({ url: resourceAt(gateway, slug), token });
      expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status: 401, code });
      expect(readChallenge(answer.headers)).toMatchObject({
        error: 'invalid_token',
        resource_metadata: `${system.gatewayUrl}/.well-known/oauth-protected-resource/mcp/${slug}`,
        scope: 'mcp:read mcp:execute',
      });
      expect(JSON.stringify(answer.body)).not.toContain(token);
      requestId = answer.headers.get('x-request-id') ?? '';
    });
  }
  return requestId;
}

/** Minted, used, listed without its secret, revoked, refused. */
export async function expectPatLifeCycle(system: System, slug: string): Promise<void> {
  const grant = await manage(system, 'keys:write');
  const pat = await mintPat(system, grant, 'life cycle');
  await expectPatWorks(system, slug, pat);
  for (const connect of [connectModernWithKey, connectLegacyWithKey]) {
    const client = await connect(resourceAt(system.gatewayUrl, slug), pat.token);
    expect(await client.listTools()).toEqual(expect.arrayContaining(['whoami', 'convert_time', 'add_task']));
    const answer = await client.call('convert_time', { time: '2026-07-28T14:30', from: 'Europe/Berlin', to: 'Asia/Tokyo' });
    expect(answer.structured).toMatchObject({ time: '2026-07-28T21:30:00' });
    await client.close();
  }

  const listed = await callApi(system, grant, 'GET', '/pats');
  expect(listed.status).toBe(200);
  expect(JSON.stringify(listed.body)).toContain(pat.id);
  expect(JSON.stringify(listed.body)).not.toContain(pat.token.slice(16));

  const revoked = await callApi(system, grant, 'DELETE', `/pats/${pat.id}`);
  expect(revoked).toMatchObject({ status: 200, body: { id: pat.id, status: 'revoked', consistency: `feed.keys.pat.${pat.id}@2` } });
  await expectRefused(system, slug, pat.token, 'token_revoked');
}

/** A wrong character is seen by the checksum; a right form that was never minted is unknown. */
export async function expectForgedPatsRefused(system: System, slug: string): Promise<void> {
  const grant = await manage(system, 'keys:write');
  const pat = await mintPat(system, grant, 'to be mistyped');
  await expectRefused(system, slug, mistype(pat.token), 'token_malformed');
  await expectRefused(system, slug, inventToken(), 'token_unknown');
}
