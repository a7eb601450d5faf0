import { html } from '../pages/html.ts';
import { errorSummary, layout } from '../pages/layout.ts';
import { messagePage } from '../pages/message-page.ts';

export function passwordPage({ csrf, email, error }: { csrf: string; email: string; error?: string }): string {
  const invalid = error !== undefined && html` aria-invalid="true" aria-describedby="error"`;
  const body = html`<h1>Change password</h1>
<p class="soft">of ${email}. Every browser has to sign in again; connected programs and keys stay as they are.</p>
${errorSummary(error)}
<form method="post" action="/console/password">
<input type="hidden" name="_csrf" value="${csrf}">
<input type="hidden" name="username" value="${email}" autocomplete="username">
<div class="field"><label for="current">Current password</label>
<input id="current" name="current" type="password" autocomplete="current-password" required maxlength="1024"${invalid}${error === undefined && html` autofocus`}></div>
<div class="field"><label for="next">New password</label>
<input id="next" name="next" type="password" autocomplete="new-password" required minlength="8" maxlength="256" aria-describedby="rule"${invalid}>
<p class="soft small" id="rule">At least 8 characters.</p></div>
<button type="submit">Change password</button>
</form>
<p class="links"><a href="/console">Back to the console</a></p>`;
  return layout({ title: error === undefined ? 'Change password' : 'Error: change password', body });
}

export const passwordChangedPage = (): string =>
  messagePage({ title: 'Password changed', paragraphs: ['Other browsers have to sign in again.'], after: html`<p class="links"><a href="/console">Back to the console</a></p>` });
