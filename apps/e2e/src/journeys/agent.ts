import { rawMcp } from '../clients/raw-mcp.ts';
import { askForTokens } from '../clients/token-endpoint.ts';
import { callApi, manage, type System } from '../harness/system.ts';
import { expectPatWorks, mintPat, resourceAt } from './pat-journey.ts';
import { expectRefusedWithinBound } from './refused-within.ts';

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/** A key is cut down to one tool for an agent, and the key's end is the agent's. */
export async function expectAgent(system: System): Promise<void> {
  const grant = await manage(system, 'keys:write');
  const pat = await mintPat(system, grant, 'of an agent');
  await expectPatWorks(system, 'demo', pat);
  const exchange = () => askForTokens(system.issuer, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: pat.token, subject_token_type: accessTokenType,
    resource: resourceAt(system.gatewayUrl, 'demo'), scope: 'mcp:read mcp:execute', tools: 'demo:convert_time',
  });
  const { status, body } = await exchange();
  expect([status, body]).toEqual([200, expect.objectContaining({ token_type: 'Bearer', expires_in: 300, issued_token_type: accessTokenType })]);
  const token = body['access_token'] ?? '';
  system.secrets.add('token of an agent', token);

  const convert = { name: 'convert_time', arguments: { time: '2026-07-28T14:30', from: 'Europe/Berlin', to: 'Asia/Tokyo' } };
  for (const gateway of system.gateways) {
    const url = resourceAt(gateway, 'demo');
    const listed = await rawMcp({ url, token, method: 'tools/list', params: {} });
    expect((listed.body['result'] as { tools: { name: string }[] }).tools.map(({ name }) => name)).toEqual(['convert_time']);
    expect((await rawMcp({ url, token, params: convert })).body['result']).toMatchObject({ structuredContent: { time: '2026-07-28T21:30:00' } });
    const hidden = await rawMcp({ url, token, params: { name: 'add_task', arguments: { title: 'never' } } });
    expect(hidden.body['error']).toEqual({ code: -32602, message: 'Unknown tool: add_task' });
  }

  expect((await callApi(system, grant, 'DELETE', `/pats/${pat.id}`)).status).toBe(200);
  const sinceMs = performance.now();
  await expectRefusedWithinBound(system, sinceMs, (gateway) => rawMcp({ url: resourceAt(gateway, 'demo'), token, params: convert }), 'token_revoked');
  expect(await exchange()).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
}
