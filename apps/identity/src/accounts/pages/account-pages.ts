import { foreignText } from '../../pages/foreign-text.ts';
import { html } from '../../pages/html.ts';
import { errorSummary, layout } from '../../pages/layout.ts';
import { messagePage } from '../../pages/message-page.ts';
import { accountHint, passwordField } from './account-fields.ts';

export function accountPage({ email, name }: { email: string; name: string }): string {
  const body = html`<h1>Your account</h1>
<dl class="facts"><dt>Name</dt><dd>${foreignText(name)}</dd><dt>E-mail address</dt><dd>${foreignText(email, 254)}</dd></dl>
<ul>
<li><a href="/console/email">Change e-mail address</a></li>
<li><a href="/console/password">Change password</a></li>
<li><a href="/console/sessions">Where you are signed in</a></li>
<li><a href="/console/revoke-everything">Revoke everything</a></li>
<li><a href="/console/delete-account">Delete account</a></li>
</ul>
<p class="links"><a href="/console">Back to the console</a></p>`;
  return layout({ title: 'Your account', body });
}

export function deleteAccountPage({ csrf, email, error }: { csrf: string; email: string; error?: string }): string {
  const body = html`<h1>Delete account</h1>
<p>This ends, at once and for ever, the account of <strong>${email}</strong>: every key, every connected program, every sign-in and every membership. Your name and address are erased. An organization of which you are the only member ends with it.</p>
${errorSummary(error)}
<form method="post" action="/console/delete-account">
<input type="hidden" name="_csrf" value="${csrf}">
${accountHint(email)}
${passwordField('Password', { invalid: error !== undefined, autofocus: error === undefined })}
<button type="submit">Delete my account</button>
</form>
<p class="links"><a href="/console/account">Back</a></p>`;
  return layout({ title: error === undefined ? 'Delete account' : 'Error: delete account', body });
}

export const accountDeletedPage = (): string => messagePage({ title: 'Your account is deleted', paragraphs: ['Nothing that was given to you works any more. You can close this page.'] });
