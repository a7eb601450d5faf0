import { html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { messagePage } from '../pages/message-page.ts';

export function revokeEverythingPage({ csrf, email }: { csrf: string; email: string }): string {
  const body = html`<h1>Revoke everything</h1>
<p>This ends, at once and for ever, everything that was ever given to <strong>${email}</strong>:</p>
<ul><li>every API key, in every organization</li><li>every program that is connected in your name</li><li>every sign-in, this one too</li></ul>
<p>Your account, your organizations and your servers stay. Programs have to be connected again, and keys made anew.</p>
<form method="post" action="/console/revoke-everything"><input type="hidden" name="_csrf" value="${csrf}"><button type="submit">Revoke everything</button></form>
<p class="links"><a href="/console">Back to the console</a></p>`;
  return layout({ title: 'Revoke everything', body });
}

export const everythingRevokedPage = (): string =>
  messagePage({
    title: 'Everything is revoked',
    paragraphs: ['Nothing that was given to you works any more.'],
    after: html`<p class="links"><a href="/console/sign-in">Sign in again</a></p>`,
  });
