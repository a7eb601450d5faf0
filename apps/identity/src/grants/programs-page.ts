import type { IssuedGrant } from '@latchkey/contracts';
import { foreignText } from '../pages/foreign-text.ts';
import { html, type Html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import type { ListedConsent } from './consents.ts';

export interface ProgramsPageOptions {
  email: string;
  csrf: string;
  grants: readonly IssuedGrant[];
  /** There are more than are shown. */
  more: boolean;
  consents: readonly ListedConsent[];
  /** What was just done, in words. */
  done?: string | undefined;
}

const day = (iso: string | null): string => (iso === null ? 'never' : iso.slice(0, 10));
const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;
const places: Record<string, string> = { loopback: 'a program on your computer' };
const place = (redirect: string | null): string => (redirect === null ? 'a device' : (places[redirect] ?? redirect));

const within = (projects: readonly string[] | null): string => (projects === null ? '' : ` (only ${projects.join(', ')})`);

const button = (action: string, csrf: string, words: string, label: string): Html =>
  html`<form method="post" action="${action}"><input type="hidden" name="_csrf" value="${csrf}"><button type="submit" class="link small" aria-label="${label}">${words}</button></form>`;

function grantRow({ id, client, org, resource, projects, scopes, createdAt, lastUsedAt, address }: IssuedGrant, csrf: string): Html {
  const name = foreignText(client.name ?? 'A program without a name');
  const used = lastUsedAt === null ? 'not used yet' : `last used ${minute(lastUsedAt)}${address === null ? '' : ` from ${address}`}`;
  return html`<li class="key"><div><strong><bdi>${name}</bdi></strong> <span class="soft small">${place(client.redirect)}</span><br>
<span class="soft small">${resource ?? 'sign-in only'}${org !== null && ` · ${org}`}${within(projects)} · ${scopes.join(' ')}<br>connected ${day(createdAt)} · ${used}</span></div>
${button(`/console/programs/${id}/revoke`, csrf, 'Disconnect', `Disconnect ${name}, connected ${minute(createdAt)}`)}</li>`;
}

function consentRow({ id, clientName, redirect, resource, org, projects, scopes, until }: ListedConsent, csrf: string): Html {
  const name = foreignText(clientName);
  return html`<li class="key"><div><strong><bdi>${name}</bdi></strong> <span class="soft small">${place(redirect)}</span><br>
<span class="soft small">${resource === '' ? 'sign-in only' : resource}${org !== null && ` · ${org}`}${within(projects)} · ${scopes.join(' ')}<br>until ${day(until.toISOString())}</span></div>
${button(`/console/programs/remembered/${id}/forget`, csrf, 'Ask me again', `Ask me again about ${name}`)}</li>`;
}

/** What acts in somebody's name, and what may come back without asking. */
export function programsPage({ email, csrf, grants, more, consents, done }: ProgramsPageOptions): string {
  const body = html`<h1>Connected programs</h1>
<p class="soft">Each acts in the name of ${email}, within what you allowed and what your role allows.</p>
${done !== undefined && html`<div class="notice" role="status"><p>${done}</p></div>`}
${grants.length === 0 ? html`<p>No program is connected.</p>` : html`<ul class="keys">${grants.map((grant) => grantRow(grant, csrf))}</ul>`}
${more && html`<p class="soft small">There are more; the oldest are not shown.</p>`}
<h2>Allowed without asking</h2>
<p class="soft small">These may connect again without a page to ask you, as long as they want no more than this. What answers on your own computer, and what administers Latchkey, is asked about each time all the same.</p>
${consents.length === 0 ? html`<p>None.</p>` : html`<ul class="keys">${consents.map((consent) => consentRow(consent, csrf))}</ul>`}
<p class="links"><a href="/console">Back to the console</a></p>`;
  return layout({ title: 'Connected programs', body, wide: true });
}
