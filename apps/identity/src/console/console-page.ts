import type { Server } from '@latchkey/contracts';
import type { Membership } from '../organizations/find-role.ts';
import { foreignText } from '../pages/foreign-text.ts';
import { html, type Html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { pasteLines } from './paste-lines.ts';

export interface ConsolePageOptions {
  email: string;
  csrf: string;
  memberships: readonly Membership[];
  /** The one whose servers are listed; null for somebody who belongs nowhere. */
  current: Membership | null;
  servers: readonly Server[];
  /** There are more than are shown. */
  more: boolean;
  gatewayUrl: string;
}

function serverSection({ slug, name, project, resource }: Server): Html {
  const clients = pasteLines(slug, resource).map(({ client, lines }) => html`<h4>${client}</h4><pre>${lines}</pre>`);
  return html`<section class="server" aria-labelledby="server-${slug}">
<h3 id="server-${slug}">${foreignText(name)}</h3>
<p class="soft small">Project ${project}</p>
<pre>${resource}</pre>
<details><summary>Connect a client</summary>${clients}</details>
</section>`;
}

function keySection(gatewayUrl: string, org: string): Html {
  const body = JSON.stringify({ name: 'my key', org, scopes: ['mcp:read', 'mcp:execute'], expiresIn: '30d' });
  return html`<h2>Keys</h2>
<p>Programs that cannot open a browser use a key. Make one with an access token, or another key, that has the scope <code>keys:write</code>:</p>
<pre>curl ${gatewayUrl}/v1/pats \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '${body}'</pre>
<p class="soft small">The answer shows the key once. Send it to the addresses above as <code>Authorization: Bearer lk_pat_…</code>.</p>`;
}

export function consolePage({ email, csrf, memberships, current, servers, more, gatewayUrl }: ConsolePageOptions): string {
  const others = memberships.filter((membership) => membership.org !== current?.org);
  const body =
    current === null
      ? html`<h1>No organization yet</h1><p>Your account belongs to no organization. An administrator can add you to one.</p>`
      : html`<h1>${foreignText(current.name)}</h1>
<p class="soft">You are ${current.role} here.${others.length > 0 && html` Other organizations: ${others.map((other) => html`<a href="/console?org=${other.org}">${foreignText(other.name)}</a> `)}`}</p>
<h2>MCP servers</h2>
${servers.length === 0 && html`<p>None is registered yet.</p>`}
${servers.map(serverSection)}
${more && html`<p class="soft small">There are more; <code>GET ${gatewayUrl}/v1/servers</code> lists all.</p>`}
${keySection(gatewayUrl, current.org)}`;
  const aside = html`<form method="post" action="/console/sign-out"><input type="hidden" name="_csrf" value="${csrf}"><span class="soft small">${email}</span> <a class="small" href="/console/password">Change password</a> <button type="submit" class="link small">Sign out</button></form>`;
  return layout({ title: 'Console', body, wide: true, aside });
}
