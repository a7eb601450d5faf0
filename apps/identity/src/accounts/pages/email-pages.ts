import { html } from '../../pages/html.ts';
import { errorSummary, layout } from '../../pages/layout.ts';
import { messagePage } from '../../pages/message-page.ts';
import { accountHint, passwordField } from './account-fields.ts';

const toConsole = html`<p class="links"><a href="/console">To the console</a></p>`;

export function changeEmailPage({ csrf, email, next = '', error }: { csrf: string; email: string; next?: string; error?: string }): string {
  const invalid = error !== undefined;
  const body = html`<h1>Change e-mail address</h1>
<p class="soft">from ${email}. It changes once the new address has confirmed.</p>
${errorSummary(error)}
<form method="post" action="/console/email">
<input type="hidden" name="_csrf" value="${csrf}">
${accountHint(email)}
<div class="field"><label for="next">New e-mail address</label>
<input id="next" name="next" type="email" value="${next}" autocomplete="email" autocapitalize="none" spellcheck="false" required maxlength="254"${invalid && html` aria-invalid="true" aria-describedby="error"`}${!invalid && html` autofocus`}></div>
${passwordField('Password', { invalid })}
<button type="submit">Send the link</button>
</form>
<p class="links"><a href="/console/account">Back</a></p>`;
  return layout({ title: invalid ? 'Error: change e-mail address' : 'Change e-mail address', body });
}

/** The same for every address. */
export const emailMailedPage = (email: string): string =>
  messagePage({
    title: 'Look into your mail',
    paragraphs: [html`We have sent a message to <strong>${email}</strong>. Your address changes when you open the link in it, within a day.`],
    after: toConsole,
  });

export interface ConfirmEmailPageOptions {
  csrf: string;
  token: string;
  email: string;
  asksForPassword: boolean;
  error?: string;
}

export function confirmEmailPage({ csrf, token, email, asksForPassword, error }: ConfirmEmailPageOptions): string {
  const body = html`<h1>Confirm your new address</h1>
<p>From now on your Latchkey account has the address <strong>${email}</strong>.</p>
${errorSummary(error)}
<form method="post" action="/account/email/${token}">
<input type="hidden" name="_csrf" value="${csrf}">
${asksForPassword && html`<p>Enter the password of the account that you want to move here. If you have none, close this page.</p>
${passwordField('Password', { invalid: error !== undefined, autofocus: error === undefined })}`}
<button type="submit">Confirm</button>
</form>`;
  return layout({ title: error === undefined ? 'Confirm your new address' : 'Error: confirm your new address', body });
}

export const emailChangedPage = (email: string): string =>
  messagePage({ title: 'Address changed', paragraphs: [html`Sign in as <strong>${email}</strong> from now on.`], after: toConsole });

export const addressTakenPage = (): string =>
  messagePage({ title: 'This address has an account', paragraphs: ['It got one in the meantime, so nothing was changed.'], after: toConsole });

export function undoEmailPage({ csrf, token, email }: { csrf: string; token: string; email: string }): string {
  const body = html`<h1>Take your account back?</h1>
<p>It gets the address <strong>${email}</strong> again. Its password, every sign-in, every API key and every connected program end at once, and a mail lets you choose a new password.</p>
<form method="post" action="/account/email-undo/${token}"><input type="hidden" name="_csrf" value="${csrf}"><button type="submit">Take it back</button></form>`;
  return layout({ title: 'Take your account back?', body });
}

export const emailUndonePage = (email: string): string =>
  messagePage({ title: 'The account is yours again', paragraphs: [html`We have sent a link to <strong>${email}</strong>, by which you choose a new password.`] });
