import { html } from '../../pages/html.ts';
import { errorSummary, layout } from '../../pages/layout.ts';
import { messagePage } from '../../pages/message-page.ts';
import { accountHint, emailField, nameField, newPasswordField, passwordField } from './account-fields.ts';

export interface SignUpPageOptions {
  csrf: string;
  /** The authorization request to go on with. */
  from: string | null;
  backPath: string;
  name?: string;
  email?: string;
  error?: string;
}

export function signUpPage({ csrf, from, backPath, name = '', email = '', error }: SignUpPageOptions): string {
  const invalid = error !== undefined;
  const body = html`<h1>Create account</h1>
<p class="soft">You get a mail with a link that confirms your address.</p>
${errorSummary(error)}
<form method="post" action="/account/sign-up">
<input type="hidden" name="_csrf" value="${csrf}">
<input type="hidden" name="from" value="${from ?? ''}">
${nameField({ value: name, autofocus: !invalid })}
${emailField('Email', { value: email, invalid })}
${newPasswordField('Password', { invalid })}
<button type="submit">Create account</button>
</form>
<nav class="links" aria-label="Account"><a href="${backPath}">Sign in instead</a></nav>`;
  return layout({ title: invalid ? 'Error: create account' : 'Create account', body });
}

/** The same for every address. */
export const signUpMailedPage = (email: string, backPath: string): string =>
  messagePage({
    title: 'Look into your mail',
    paragraphs: [html`We have sent a message to <strong>${email}</strong>. Open the link in it within a day to go on.`, 'Nothing came? Look among the unwanted mail, or try again.'],
    after: html`<p class="links"><a href="${backPath}">Back to sign-in</a></p>`,
  });

export interface ConfirmPageOptions {
  csrf: string;
  token: string;
  email: string;
  /** In another browser than the one where it began. */
  asksForPassword: boolean;
  error?: string;
}

export function confirmSignUpPage({ csrf, token, email, asksForPassword, error }: ConfirmPageOptions): string {
  const body = html`<h1>Confirm your address</h1>
<p>This finishes the Latchkey account of <strong>${email}</strong>.</p>
${errorSummary(error)}
<form method="post" action="/account/sign-up/${token}">
<input type="hidden" name="_csrf" value="${csrf}">
${asksForPassword && html`<p>Enter the password that you chose when you signed up. If you chose none, close this page: somebody else gave your address.</p>
${accountHint(email)}${passwordField('Password', { invalid: error !== undefined, autofocus: error === undefined })}`}
<button type="submit">Confirm</button>
</form>`;
  return layout({ title: error === undefined ? 'Confirm your address' : 'Error: confirm your address', body });
}

export const accountExistsPage = (): string =>
  messagePage({
    title: 'You have an account already',
    paragraphs: ['This address was confirmed before.'],
    after: html`<p class="links"><a href="/console/sign-in">Sign in</a><a href="/account/forgot-password">Forgot password?</a></p>`,
  });
