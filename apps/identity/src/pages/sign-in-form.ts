import { html, type Html } from './html.ts';
import { errorSummary } from './layout.ts';

/** What a sign-in page offers beside the password. */
export interface OtherWays {
  providers: readonly ProviderLink[];
  /** Of this very page, which takes the name of an organization and then shows its providers; without it, there is nothing to find. */
  organizationPath?: string;
}

export interface SignInFormOptions extends Partial<OtherWays> {
  action: string;
  csrf: string;
  email?: string | undefined;
  error?: string | undefined;
  /** Where the pages on accounts live, for the links below the form. */
  createAccountPath: string;
  forgotPasswordPath: string;
}

export interface ProviderLink {
  label: string;
  path: string;
}

/** The sign-in form, as interactions and the console show it. */
export function signInForm({ action, csrf, email = '', error, createAccountPath, forgotPasswordPath, providers = [], organizationPath }: SignInFormOptions): Html {
  const invalid = error !== undefined && html` aria-invalid="true" aria-describedby="error"`;
  // After a failure the summary takes the focus, else the first field that is still empty.
  const [focusEmail, focusPassword] = [error === undefined && email === '', error === undefined && email !== ''];
  return html`${errorSummary(error)}
<form method="post" action="${action}">
<input type="hidden" name="_csrf" value="${csrf}">
<div class="field"><label for="email">Email</label>
<input id="email" name="email" type="email" value="${email}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="254"${invalid}${focusEmail && html` autofocus`}></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024"${invalid}${focusPassword && html` autofocus`}></div>
<button type="submit">Sign in</button>
</form>
${providers.length > 0 && html`<div class="providers" role="group" aria-label="Other ways to sign in">${providers.map(({ label, path }) => html`<a class="button plain" href="${path}">Continue with ${label}</a>`)}</div>`}
${organizationPath !== undefined && html`<details class="providers"><summary>Sign in with your organization</summary>
<form method="get" action="${organizationPath}"><div class="field"><label for="org">Organization</label>
<input id="org" name="org" type="text" autocapitalize="none" spellcheck="false" required maxlength="63" pattern="[a-z0-9\-]+"></div>
<button type="submit" class="plain">Find its sign-in</button></form></details>`}
<nav class="links" aria-label="Account"><a href="${createAccountPath}">Create account</a><a href="${forgotPasswordPath}">Forgot password?</a></nav>`;
}
