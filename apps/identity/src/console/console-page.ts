import type { Pat, Server } from '@latchkey/contracts';
import type { Membership } from '../organizations/find-role.ts';
import { foreignText } from '../pages/foreign-text.ts';
import { html, type Html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { keysSection } from './keys-section.ts';
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
  /** Keys of who is signed in; null while they cannot be reached. */
  keys: readonly Pat[] | null;
  keysCsrf: string;
  keysError?: string;
  gatewayUrl: string;
  /** Whether this person may create an organization here. */
  mayCreate: boolean;
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

export function consolePage({ email, csrf, memberships, current, servers, more, keys, keysCsrf, keysError, gatewayUrl, mayCreate }: ConsolePageOptions): string {
  const others = memberships.filter((membership) => membership.org !== current?.org);
  const create = mayCreate && html`<p class="links"><a href="/console/organizations/new">Create an organization</a></p>`;
  const body =
    current === null
      ? html`<h1>No organization yet</h1><p>Your account belongs to no organization. An administrator can invite you to one${mayCreate && ', or you create your own'}.</p>${create}`
      : html`<h1>${foreignText(current.name)}</h1>
<p class="soft">You are ${current.role} here.${others.length > 0 && html` Other organizations: ${others.map((other) => html`<a href="/console?org=${other.org}">${foreignText(other.name)}</a> `)}`}</p>
<p class="links"><a href="/console/members?org=${current.org}">Members</a></p>
<h2>MCP servers</h2>
${servers.length === 0 && html`<p>None is registered yet.</p>`}
${servers.map(serverSection)}
${more && html`<p class="soft small">There are more; <code>GET ${gatewayUrl}/v1/servers</code> lists all.</p>`}
${keysSection({ org: current.org, csrf: keysCsrf, keys, error: keysError })}
${create}`;
  const aside = html`<form method="post" action="/console/sign-out"><input type="hidden" name="_csrf" value="${csrf}"><span class="soft small">${email}</span> <a class="small" href="/console/programs">Connected programs</a> <a class="small" href="/console/account">Account</a> <a class="small" href="/console/sessions">Sessions</a> <a class="small" href="/console/password">Change password</a> <a class="small" href="/console/sign-in-methods">Sign-in methods</a> <a class="small" href="/console/revoke-everything">Revoke everything</a> <button type="submit" class="link small">Sign out</button></form>`;
  return layout({ title: 'Console', body, wide: true, aside });
}
