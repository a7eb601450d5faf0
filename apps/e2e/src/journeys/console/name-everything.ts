import { createHmac, randomBytes } from 'node:crypto';
import { eventually } from '@latchkey/testing';
import { obtainToken } from '../../clients/obtain-token.ts';
import { rawMcp } from '../../clients/raw-mcp.ts';
import { resourceAt } from '../pat-journey.ts';
import type { AtTheConsole } from './at-the-console.ts';
import { consoleApi, type ConsoleApi } from './console-api.ts';
import { evil, type Field } from './hostile-names.ts';
import type { HostileUpstream } from './hostile-upstream.ts';
import { joinByMail } from './people.ts';

/** What was made, for the addresses of screens. */
export interface Named {
  server: string;
  project: string;
  client: string;
  confidential: string;
  dynamicClient: string;
  sender: string;
  receiver: string;
  /** Of a call of its key that was refused */
  request: string;
}

async function made(answer: ReturnType<ConsoleApi>, what: Field): Promise<string> {
  const { status, body } = await answer;
  if (status !== 200 && status !== 201) throw new Error(`${what}: ${status} ${JSON.stringify(body)}`);
  return String(body['id'] ?? body['slug']);
}

/** A program that registers itself, with a picture and addresses of its own. */
async function registerItself({ system }: AtTheConsole): Promise<string> {
  const response = await fetch(`${system.issuer}/oauth/clients/register`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: evil('dynamic'), redirect_uris: ['http://127.0.0.1:9/callback'], token_endpoint_auth_method: 'none',
      client_uri: 'https://evil.example/"onmouseover=alert(1)', logo_uri: 'https://evil.example/x.svg', tos_uri: 'javascript:alert(1)', policy_uri: 'javascript:alert(1)',
    }),
  });
  const { client_id: id, ...shown } = (await response.json()) as { client_id: string };
  expect([response.status, JSON.stringify(shown).includes('javascript:')]).toEqual([201, false]);
  return id;
}

/** Something that came, and a secret that is about to end, are there to be looked at. */
async function sendsAndGetsAnotherSecret({ system }: AtTheConsole, api: ConsoleApi, sender: Record<string, unknown>): Promise<void> {
  const body = JSON.stringify({ title: evil('called') });
  const signature = `sha256=${createHmac('sha256', String(sender['secret'])).update(body).digest('hex')}`;
  const sent = await fetch(String(sender['url']), { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-github-delivery': 'one', 'x-hub-signature-256': signature } });
  const rotated = await api('POST', `/v1/webhooks/subscriptions/${String(sender['id'])}/rotate-secret`, { overlapSeconds: 3600 });
  expect([sent.status, rotated.status]).toEqual([202, 201]);
  system.secrets.add('next secret of a hostile sender', String(rotated.body['secret']));
}

/** Gives one thing of each kind the name that means most harm. */
export async function nameEverything(at: AtTheConsole, upstream: HostileUpstream): Promise<Named> {
  const { system, page } = at;
  const { org } = system;
  const api = await consoleApi(at);
  const post = (what: Field, path: string, data: unknown) => made(api('POST', path, data), what);
  const [project, server, callback] = ['evil', 'evil', 'http://127.0.0.1:9/callback'];
  await made(api('PATCH', `/v1/orgs/${org}`, { name: evil('org') }), 'org');
  await post('project', '/v1/projects', { slug: project, name: evil('project') });
  await post('folder', `/v1/projects/${project}/folders`, { slug: 'evil', name: evil('folder') });
  await post('server', '/v1/servers', { org, project, folder: 'evil', slug: server, name: evil('server'), url: upstream.url });
  await post('connection', '/v1/connections', { name: evil('connection'), project, server, kind: 'static', value: 'a value' });
  const { body: key } = await api('POST', '/v1/pats', { name: evil('key'), org, scopes: ['mcp:read'], expiresIn: '30d' });
  system.secrets.add('hostile key', String(key['token']));
  const account = { email: 'eve@example.com', password: `pw-${randomBytes(12).toString('base64url')}` };
  system.secrets.add('password of the hostile', account.password);
  await post('member', '/v1/members/invitations', { email: account.email });
  await joinByMail(system, account, evil('member'));
  await post('member', '/v1/members/invitations', { email: 'late@example.com' });
  await post('org', '/v1/domains', { domain: 'named.example.com' });
  const client = await post('client', '/v1/oauth-clients', { org, name: evil('client'), kind: 'public', redirectUris: [callback], scopes: ['mcp:read'] });
  const dynamicClient = await registerItself(at);
  const grant = await obtainToken({ issuer: system.issuer, resource: system.demo, scope: 'mcp:read', account: system.admin, client: dynamicClient });
  system.secrets.add('token of a hostile client', grant.access);
  const { body: sender } = await api('POST', '/v1/webhooks/subscriptions', { name: evil('sender'), project, verifier: 'github', action: { server, tool: 'add' } });
  system.secrets.add('secret of a hostile sender', String(sender['secret']));
  await sendsAndGetsAnotherSecret(at, api, sender);
  const { body: receiver } = await api('POST', '/v1/webhooks/endpoints', { url: 'http://localhost:9/%22%3E%3Cimg%20src=x%3E', events: ['*'], description: evil('receiver') });
  system.secrets.add('secret of a hostile receiver', String(receiver['secret']));
  // The label of a provider is shorter than other names.
  await post('provider', '/v1/identity-providers', { label: evil('provider').slice(0, 60), issuer: upstream.issuer, clientId: evil('id') });
  const { body: confidential } = await api('POST', '/v1/oauth-clients', { org, name: evil('confidential'), kind: 'confidential', redirectUris: [callback], scopes: ['mcp:read'] });
  system.secrets.add('secret of a hostile client', String(confidential['clientSecret']));
  const issuer = await post('confidential', '/v1/trusted-issuers', { org, issuer: `${upstream.issuer}/jag`, jwksUri: `${upstream.issuer}/jwks`, clients: [confidential['id']] });
  const { user } = (await (await page.request.get(`${system.issuer}/console/api/me`)).json()) as { user: { id: string } };
  await post('subject', `/v1/trusted-issuers/${issuer}/subjects`, { subject: evil('subject'), user: user.id });

  // A link that runs is no address for anything, and a name has no more lines than one.
  const refusals: [string, object][] = [
    ['/v1/oauth-clients', { org, name: 'x', kind: 'public', redirectUris: ['javascript:alert(1)'], scopes: ['mcp:read'] }],
    ['/v1/servers', { org, project, slug: 'worse', name: 'x', url: 'javascript:alert(1)' }],
    ['/v1/webhooks/endpoints', { url: 'javascript:alert(1)', events: ['*'] }],
    ['/v1/connections', { name: 'x', project, server, kind: 'oauth', redirectUris: ['javascript:alert(1)'] }],
    ['/v1/members/invitations', { email: '"><img src=x>@example.com' }],
    ['/v1/domains', { domain: '"><img src=x>.example.com' }],
    ['/v1/trusted-clients', { org, host: '"><img src=x>.example.com' }],
    ['/v1/projects', { slug: 'worse', name: 'two\nlines' }],
    ['/v1/projects', { slug: '"><img src=x>', name: 'x' }],
  ];
  for (const [path, data] of refusals) expect([path, (await api('POST', path, data)).status]).toEqual([path, 400]);

  const call = { url: resourceAt(system.gatewayUrl, server), token: String(key['token']), params: { name: evil('called'), arguments: {} } };
  const request = await eventually(async () => {
    const refused = await rawMcp(call);
    expect(refused.status).toBe(403);
    return refused.headers.get('x-request-id') ?? '';
  });
  return { server, project, client, confidential: String(confidential['id']), dynamicClient, sender: String(sender['id']), receiver: String(receiver['id']), request };
}
