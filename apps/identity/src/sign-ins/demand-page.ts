import { foreignText } from '../pages/foreign-text.ts';
import { html, type Html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import type { ProviderLink } from '../pages/sign-in-form.ts';
import type { Demand } from './demands.ts';

const words: Record<Exclude<Demand, 'second-factor'>, { title: string; message: string }> = {
  elsewhere: { title: 'Sign in another way', message: 'The way you signed in counts in one organization only, and this is not that one.' },
  federated: { title: 'Sign in with your organization', message: 'wants its members to sign in with its own provider.' },
  password: { title: 'Sign in with your password', message: 'wants its members to sign in with their password here.' },
  again: { title: 'Sign in again', message: 'wants its members to have signed in more recently.' },
};

export interface DemandPageOptions {
  demand: Exclude<Demand, 'second-factor'>;
  /** Null where the page is about no organization. */
  org: string | null;
  providers: readonly ProviderLink[];
  /** The page with the password form; null where a password does not help. */
  passwordPath: string | null;
  /** What else can be done here. */
  after?: Html;
}

/** Says what an organization demands, and leads there. */
export function demandPage({ demand, org, providers, passwordPath, after }: DemandPageOptions): string {
  const { title, message } = words[demand];
  const body = html`<h1>${title}</h1>
<p>${org !== null && demand !== 'elsewhere' && html`<strong>${foreignText(org)}</strong> `}${message}</p>
${providers.length === 0 && passwordPath === null && html`<div class="notice warn"><p>No provider is set up for it. An administrator of the organization can do that.</p></div>`}
<div class="providers">${providers.map(({ label, path }) => html`<a class="button" href="${path}">Continue with ${label}</a>`)}${passwordPath !== null && html`<a class="button plain" href="${passwordPath}">Sign in with your password</a>`}</div>
${after}`;
  return layout({ title, body });
}
