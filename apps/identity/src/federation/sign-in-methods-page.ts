import { foreignText } from '../pages/foreign-text.ts';
import { html } from '../pages/html.ts';
import { errorSummary, layout } from '../pages/layout.ts';
import type { ProviderLink } from '../pages/sign-in-form.ts';

export interface ConnectedIdentity {
  id: string;
  label: string;
  email: string | null;
  lastUsedAt: Date | null;
}

export interface SignInMethodsOptions {
  csrf: string;
  hasPassword: boolean;
  hasFactor: boolean;
  identities: readonly ConnectedIdentity[];
  connect: readonly ProviderLink[];
  error?: string | undefined;
}

/** All the ways into one's account. */
export function signInMethodsPage({ csrf, hasPassword, hasFactor, identities, connect, error }: SignInMethodsOptions): string {
  const row = ({ id, label, email, lastUsedAt }: ConnectedIdentity) => html`<li><strong>${label}</strong>${email !== null && html` ${foreignText(email, 254)}`}
${lastUsedAt !== null && html`<span class="soft small">last used ${lastUsedAt.toISOString().slice(0, 10)}</span>`}
<form method="post" action="/console/sign-in-methods/${id}/remove"><input type="hidden" name="_csrf" value="${csrf}"><button type="submit" class="link small" aria-label="Remove ${label}">Remove</button></form></li>`;
  const body = html`<h1>Sign-in methods</h1>
${errorSummary(error)}
<h2>Password</h2>
<p>${hasPassword ? html`<a href="/console/password">Change password</a>` : 'You have none: you sign in with what is connected below.'}</p>
<h2>Authenticator app</h2>
<p>${hasFactor ? html`On. <a href="/console/second-factor">Change</a>` : html`Off. <a href="/console/second-factor">Add an app</a>`}</p>
<h2>Connected sign-ins</h2>
${identities.length === 0 ? html`<p>None.</p>` : html`<ul class="scopes">${identities.map(row)}</ul>`}
${connect.length > 0 && html`<div class="providers" role="group" aria-label="Connect another">${connect.map(({ label, path }) => html`<a class="button plain" href="${path}">Connect ${label}</a>`)}</div>`}
<p class="links"><a href="/console">Back to the console</a></p>`;
  return layout({ title: error === undefined ? 'Sign-in methods' : 'Error: sign-in methods', body });
}
