import { eventually } from '@latchkey/testing';
import { rawMcp } from '../clients/raw-mcp.ts';
import { askForTokens } from '../clients/token-endpoint.ts';
import { callApi, manage, type System } from '../harness/system.ts';
import { expectPatWorks, mintPat, resourceAt } from './pat-journey.ts';
import { expectRefusedWithinBound } from './refused-within.ts';

/** A program without a person: an administrator makes it, it calls in its own name, and it ends with its registration. */
export async function expectMachine(system: System): Promise<void> {
  // A machine gets no more than the credential has that makes it, and a token for the API can call no server.
  const key = await mintPat(system, await manage(system, 'keys:write'), 'makes machines', ['org:admin', 'keys:write', 'mcp:read', 'mcp:execute']);
  await expectPatWorks(system, 'demo', key);
  const administrator = { access: key.token };
  const made = await callApi(system, administrator, 'POST', '/oauth-clients', {
    org: system.org, kind: 'machine', name: 'Nightly', scopes: ['mcp:read', 'mcp:execute'], resources: [resourceAt(system.gatewayUrl, 'demo')],
    machine: { role: 'member', projects: { [system.project]: 'contributor' } },
  });
  expect([made.status, made.body['detail']]).toEqual([201, undefined]);
  const [id, secret] = [String(made.body['id']), String(made.body['clientSecret'])];
  system.secrets.add('client secret', secret);
  const basic = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
  const ask = () => askForTokens(system.issuer, { grant_type: 'client_credentials' }, basic);
  const { status, body } = await ask();
  expect([status, body]).toEqual([200, expect.objectContaining({ token_type: 'Bearer', scope: 'mcp:read mcp:execute' })]);
  const token = body['access_token'] ?? '';
  system.secrets.add('token of a machine', token);

  const call = (gateway: string) => rawMcp({ url: resourceAt(gateway, 'demo'), token });
  for (const gateway of system.gateways) {
    await eventually(async () => {
      const { body: answer } = await call(gateway);
      expect(answer['result']).toMatchObject({ structuredContent: { status: 'verified', subject: id, client: id, org: system.org } });
    });
  }
  expect((await callApi(system, administrator, 'DELETE', `/oauth-clients/${id}`)).status).toBe(200);
  const sinceMs = performance.now();
  await expectRefusedWithinBound(system, sinceMs, call, 'token_revoked');
  expect(await ask()).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
}
