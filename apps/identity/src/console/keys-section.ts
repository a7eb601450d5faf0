import type { Pat } from '@latchkey/contracts';
import { foreignText } from '../pages/foreign-text.ts';
import { html, type Html } from '../pages/html.ts';
import { errorSummary } from '../pages/layout.ts';
import { expiryWords, keyPurposes } from './key-form.ts';

export interface KeysSectionOptions {
  org: string;
  csrf: string;
  /** null while they cannot be reached. */
  keys: readonly Pat[] | null;
  error?: string;
}

const day = (iso: string | null): string => (iso === null ? 'never' : iso.slice(0, 10));

function state(key: Pat): Html {
  if (key.status === 'revoked') return html`revoked ${day(key.revokedAt)}`;
  if (key.status === 'expired') return html`expired ${day(key.expiresAt)}`;
  return html`${key.expiresAt === null ? 'does not expire' : `expires ${day(key.expiresAt)}`}`;
}

function row(key: Pat, { org, csrf }: KeysSectionOptions): Html {
  const dead = key.status === 'revoked' || key.status === 'expired';
  const name = foreignText(key.name);
  const revoke = html`<form method="post" action="/console/keys/${key.id}/revoke"><input type="hidden" name="_csrf" value="${csrf}"><input type="hidden" name="org" value="${org}"><button type="submit" class="link small" aria-label="Revoke ${name} (${key.prefix})">Revoke</button></form>`;
  return html`<li class="key"><div>${dead ? html`<s>${name}</s>` : html`<strong>${name}</strong>`} <code>${key.prefix}…</code><br><span class="soft small">${key.scopes.join(' ')} · created ${day(key.createdAt)} · ${state(key)}</span></div>${!dead && revoke}</li>`;
}

const options = (choices: readonly (readonly [string, string])[], chosen: string): Html =>
  html`${choices.map(([value, words]) => html`<option value="${value}"${value === chosen && html` selected`}>${words}</option>`)}`;

/** Keys: those there are, and a form for a new one. */
export function keysSection(section: KeysSectionOptions): Html {
  const { org, csrf, keys, error } = section;
  return html`<h2 id="keys">Your keys</h2>
<p>Programs that cannot open a browser send a key as <code>Authorization: Bearer lk_pat_…</code> to the addresses above. A key never does more than your role allows.</p>
${errorSummary(error)}
${keys === null && html`<div class="notice warn"><p>Your keys cannot be read right now. Load this page again in a moment.</p></div>`}
${keys?.length === 0 && html`<p class="soft">You have no key yet.</p>`}
${keys !== null && keys.length > 0 && html`<ul class="keys">${keys.map((key) => row(key, section))}</ul>`}
<form method="post" action="/console/keys">
<input type="hidden" name="_csrf" value="${csrf}"><input type="hidden" name="org" value="${org}">
<div class="field"><label for="key-name">Name of a new key</label><input id="key-name" name="name" type="text" required maxlength="100" placeholder="laptop, nightly build, …"></div>
<div class="field"><label for="key-purpose">What it may do</label><select id="key-purpose" name="purpose">${options(Object.entries(keyPurposes).map(([value, { words }]) => [value, words] as const), 'call')}</select></div>
<div class="field"><label for="key-expiry">Expires after</label><select id="key-expiry" name="expiresIn">${options(Object.entries(expiryWords), '30d')}</select></div>
<button type="submit">Create key</button>
</form>`;
}
