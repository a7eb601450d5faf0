import type { MintedPat } from '@latchkey/contracts';
import { foreignText } from '../pages/foreign-text.ts';
import { html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';

/** Shows a new key, this once: it is kept nowhere, and no later page can show it. */
export function newKeyPage(key: MintedPat, server: { slug: string; resource: string } | null): string {
  const initialize = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'curl', version: '1' } } });
  const use = server !== null && html`<h2>Use it</h2>
<p class="soft small">In Claude Code:</p>
<pre>claude mcp add --transport http ${server.slug} ${server.resource} --header "Authorization: Bearer ${key.token}"</pre>
<p class="soft small">By hand:</p>
<pre>curl ${server.resource} -H "Authorization: Bearer ${key.token}" \\
  -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\
  -d '${initialize}'</pre>`;
  const body = html`<h1>Your new key: ${foreignText(key.name)}</h1>
<div class="notice warn" role="status"><p>Copy it now. It is shown this once and kept nowhere.</p></div>
<pre id="token">${key.token}</pre>
${use}
<p class="links"><a href="/console?org=${key.org}#keys">Done, back to the console</a></p>`;
  return layout({ title: 'New key', body, wide: true });
}
