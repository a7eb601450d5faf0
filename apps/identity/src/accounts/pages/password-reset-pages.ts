import { html } from '../../pages/html.ts';
import { errorSummary, layout } from '../../pages/layout.ts';
import { messagePage } from '../../pages/message-page.ts';
import { accountHint, emailField, newPasswordField } from './account-fields.ts';

export function forgotPasswordPage({ csrf, from, backPath, email = '', error }: { csrf: string; from: string | null; backPath: string; email?: string; error?: string }): string {
  const body = html`<h1>Forgot password?</h1>
<p class="soft">You get a mail with a link to choose a new one.</p>
${errorSummary(error)}
<form method="post" action="/account/forgot-password">
<input type="hidden" name="_csrf" value="${csrf}">
<input type="hidden" name="from" value="${from ?? ''}">
${emailField('Email', { value: email, invalid: error !== undefined, autofocus: error === undefined })}
<button type="submit">Send the link</button>
</form>
<nav class="links" aria-label="Account"><a href="${backPath}">Back to sign-in</a></nav>`;
  return layout({ title: error === undefined ? 'Forgot password?' : 'Error: forgot password?', body });
}

/** The same for every address. */
export const resetMailedPage = (email: string, backPath: string): string =>
  messagePage({
    title: 'Look into your mail',
    paragraphs: [html`If <strong>${email}</strong> has an account, a message is on its way. Open the link in it within an hour.`, 'Nothing came? Look among the unwanted mail, or try again.'],
    after: html`<p class="links"><a href="${backPath}">Back to sign-in</a></p>`,
  });

export function resetPasswordPage({ csrf, token, email, error }: { csrf: string; token: string; email: string; error?: string }): string {
  const body = html`<h1>Choose a new password</h1>
<p class="soft">for ${email}. Every browser has to sign in again.</p>
${errorSummary(error)}
<form method="post" action="/account/reset-password/${token}">
<input type="hidden" name="_csrf" value="${csrf}">
${accountHint(email)}
${newPasswordField('New password', { invalid: error !== undefined, autofocus: error === undefined })}
<div class="field"><label><input type="checkbox" name="everything" value="yes"> Somebody else may know the old one: also revoke every API key and connected program</label></div>
<button type="submit">Change password</button>
</form>`;
  return layout({ title: error === undefined ? 'Choose a new password' : 'Error: choose a new password', body });
}

export const passwordResetPage = (signInPath: string): string =>
  messagePage({
    title: 'Password changed',
    paragraphs: ['Sign in with the new one. Every other browser has to do so too.'],
    after: html`<p class="links"><a href="${signInPath}">Sign in</a></p>`,
  });
