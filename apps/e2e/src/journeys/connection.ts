import { eventually, startOauthUpstream } from '@latchkey/testing';
import { PageBrowser } from '../clients/page-browser.ts';
import { rawMcp, type RawAnswer } from '../clients/raw-mcp.ts';
import { callApi, manage, registerServer, type System } from '../harness/system.ts';
import { mintPat, resourceAt, type Pat } from './pat-journey.ts';

/**
 * A server that wants tokens of its own: a user is told where to connect, does, calls, agrees to more where the server demands it, and is told again
 * once they have disconnected, which the authorization server is told too.
 */
export async function expectConnection(system: System): Promise<void> {
  const upstream = await startOauthUpstream();
  try {
    await registerServer(system, 'tracker', upstream.resource);
    const grant = await manage(system, 'connections:write keys:write');
    const pat = await mintPat(system, grant, 'connections');
    const { org, project } = system;
    const made = await eventually(async () => {
      const answer = await callApi(system, grant, 'POST', '/connections', { name: 'Tracker', org, project, server: 'tracker', kind: 'oauth', per: 'user' });
      return answer.status === 201 ? answer.body : false;
    });
    const base = `/connections/${String(made['id'])}`;

    const url = await urlIn(() => call(system.gatewayUrl, pat));
    const person = new PageBrowser();
    const { email, password } = system.admin;
    const connected = await person.press(await person.open(`${url}/sign-in`), 'Sign in', { Email: email, Password: password });
    expect([connected.url.pathname, connected.text]).toEqual(['/v1/connections/callback', expect.stringContaining('Connected')]);
    for (const gateway of system.gateways) await eventually(async () => expect((await call(gateway, pat)).body).toMatchObject({ result: { content: [{ text: 'upstream-account' }] } }));
    expect((await callApi(system, grant, 'GET', base)).body).toMatchObject({ status: 'connected' });
    expect((await person.open(url)).status).toBe(404);

    upstream.set({ demands: 'write' });
    const more = await person.open(await urlIn(() => call(system.gatewayUrl, pat)));
    expect([more.status, more.html]).toEqual([200, expect.stringContaining('<code>write</code>')]);
    const agreed = await person.press(more, 'Continue', {});
    for (const value of person.cookies.values()) system.secrets.add('cookie of the connect page', value);
    expect([agreed.url.pathname, agreed.text]).toEqual(['/v1/connections/callback', expect.stringContaining('Connected')]);
    for (const gateway of system.gateways) await eventually(async () => expect((await call(gateway, pat)).body).toMatchObject({ result: { content: [{ text: 'upstream-account' }] } }));

    expect((await callApi(system, grant, 'DELETE', `${base}/mine`)).status).toBe(200);
    for (const gateway of system.gateways) await urlIn(() => call(gateway, pat));
    await eventually(() => expect(upstream.to('/token/revocation')).toHaveLength(1));
    expect((await callApi(system, grant, 'DELETE', base)).body).toMatchObject({ status: 'revoked' });
    for (const token of upstream.tokens) system.secrets.add('token of an upstream', token);
  } finally {
    await upstream.close();
  }
}

const call = (gateway: string, { token }: Pat): Promise<RawAnswer> => rawMcp({ url: resourceAt(gateway, 'tracker'), token });

/** Where the refusal says that a connection is made, as soon as the feed has told the gateway that one is needed. */
const urlIn = (attempt: () => Promise<RawAnswer>): Promise<string> =>
  eventually(async () => {
    const { status, body } = await attempt();
    const { message = '', data } = (body['error'] ?? {}) as { message?: string; data?: unknown };
    expect([status, data]).toMatchObject([403, { code: 'connection_required' }]);
    return /https?:\S+$/.exec(message)?.[0] ?? false;
  });
