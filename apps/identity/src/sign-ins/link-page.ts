import { foreignText } from '../pages/foreign-text.ts';
import { html } from '../pages/html.ts';
import { errorSummary, layout } from '../pages/layout.ts';

export interface LinkPageOptions {
  csrf: string;
  label: string;
  /** As the provider spells it. */
  foreignEmail: string | null;
  /** An account with that address exists, as its holder may know: the provider vouches for them. */
  hasAccount: boolean;
  /** Of who is signed in and only has to confirm; null where somebody has to sign in first. */
  account: string | null;
  email: string;
  error?: string | undefined;
  backPath: string;
  forgotPasswordPath: string;
}

/** Asks somebody who came from another provider which account is theirs, and to prove it. */
export function linkPage(options: LinkPageOptions): string {
  const { csrf, label, foreignEmail, hasAccount, account, email, error, backPath, forgotPasswordPath } = options;
  const foreign = html`${label}${foreignEmail !== null && html` (<strong>${foreignText(foreignEmail, 254)}</strong>)`}`;
  const invalid = error !== undefined && html` aria-invalid="true" aria-describedby="error"`;
  const why = hasAccount
    ? html`<p>There is an account with this address already. Sign in to it once, and from then on ${label} is enough.</p>`
    : html`<p>This sign-in is not connected with an account here yet. Sign in to yours once, and from then on ${label} is enough.</p>`;
  const body =
    account !== null
      ? html`<h1>Connect ${label}?</h1>
${errorSummary(error)}
<p>From now on ${foreign} signs in to your account <strong>${account}</strong>. Go on only if that sign-in is yours alone.</p>
<form method="post" action="/sign-in/link"><input type="hidden" name="_csrf" value="${csrf}"><button type="submit">Connect</button></form>
<p class="links"><a href="${backPath}">Cancel</a></p>`
      : html`<h1>Connect ${label}</h1>
<p class="soft">You signed in as ${foreign}.</p>
${why}
${errorSummary(error)}
<form method="post" action="/sign-in/link">
<input type="hidden" name="_csrf" value="${csrf}">
<div class="field"><label for="email">Email</label>
<input id="email" name="email" type="email" value="${email}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="254"${invalid}></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024"${invalid}></div>
<button type="submit">Sign in and connect</button>
</form>
<nav class="links" aria-label="Account"><a href="${backPath}">Sign in another way</a><a href="${forgotPasswordPath}">Forgot password?</a></nav>`;
  return layout({ title: error === undefined ? `Connect ${label}` : `Error: connect ${label}`, body });
}
