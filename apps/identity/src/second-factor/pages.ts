import { html, type Html } from '../pages/html.ts';
import { errorSummary, layout } from '../pages/layout.ts';
import type { Offer } from './enrol-second-factor.ts';
import { qrCode } from './qr-code.ts';

/**
 * The one field that every page here has.
 * @param digits  a code of the app alone will do: a recovery code has letters, which a keypad of digits could not type
 */
export function codeField({ error, hint, focus = true, digits = false }: { error?: string | undefined; hint?: string; focus?: boolean; digits?: boolean }): Html {
  const invalid = error !== undefined && html` aria-invalid="true" aria-describedby="error"`;
  return html`<div class="field"><label for="code">Code</label>
<input id="code" name="code" type="text" inputmode="${digits ? 'numeric' : 'text'}" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required maxlength="40"${invalid}${error === undefined && focus && html` autofocus`}>
${hint !== undefined && html`<p class="soft small">${hint}</p>`}</div>`;
}

/** Asks for the second factor, on the way in. @param reason  who wants it, where it is not the account's own setting */
export function secondFactorPage({ csrf, error, backPath, reason }: { csrf: string; error?: string | undefined; backPath: string; reason?: string | undefined }): string {
  const body = html`<h1>Enter your code</h1>
<p class="soft">${reason ?? 'Your authenticator app shows one. If you have lost it, a recovery code does as well.'}</p>
${errorSummary(error)}
<form method="post" action="/sign-in/second-factor">
<input type="hidden" name="_csrf" value="${csrf}">
${codeField({ error })}
<button type="submit">Continue</button>
</form>
<p class="links"><a href="${backPath}">Sign in another way</a></p>`;
  return layout({ title: error === undefined ? 'Enter your code' : 'Error: enter your code', body });
}

/** Shows a secret to bind an app with. */
export function enrolPage({ action, csrf, offer, error, backPath, reason }: { action: string; csrf: string; offer: Offer; error?: string | undefined; backPath: string; reason?: string | undefined }): string {
  const body = html`<h1>Add an authenticator app</h1>
${reason !== undefined && html`<div class="notice warn"><p>${reason}</p></div>`}
<p>Scan this with the app. On the phone itself, open <a href="${offer.link}">this link</a>.</p>
${qrCode(offer.link, 'The key, as a code to scan')}
<p>Where neither works, type this key:</p>
<pre>${offer.secret.replace(/(.{4})(?=.)/g, '$1 ')}</pre>
<p class="soft small">By time, six digits, every 30 seconds: what every app expects.</p>
${errorSummary(error)}
<form method="post" action="${action}">
<input type="hidden" name="_csrf" value="${csrf}">
<input type="hidden" name="offer" value="${offer.sealed}">
${codeField({ error, hint: 'Type the code that the app shows now.', digits: true })}
<button type="submit">Add it</button>
</form>
<p class="links"><a href="${backPath}">Cancel</a></p>`;
  return layout({ title: error === undefined ? 'Add an authenticator app' : 'Error: add an authenticator app', body });
}

export function recoveryCodesPage({ codes, next }: { codes: readonly string[]; next: { path: string; words: string } }): string {
  const body = html`<h1>Keep your recovery codes</h1>
<p>Each of them stands in for the app, once, on the day you have lost it. They are shown now and never again.</p>
<pre>${codes.join('\n')}</pre>
<p class="links"><a class="button" href="${next.path}">${next.words}</a></p>`;
  return layout({ title: 'Recovery codes', body });
}

/** The console's page for somebody who has an app. */
export function manageFactorPage({ csrf, left, error }: { csrf: string; left: number; error?: string | undefined }): string {
  const hidden = html`<input type="hidden" name="_csrf" value="${csrf}">`;
  const body = html`<h1>Authenticator app</h1>
<p>Signing in with your password asks for a code from your app. Of your recovery codes, ${left} are left.</p>
${errorSummary(error)}
<form method="post" action="/console/second-factor/change">${hidden}
${codeField({ error, hint: 'Either change takes a code, from the app or a recovery code.', focus: false })}
<div class="choices"><button type="submit" name="change" value="recovery-codes">New recovery codes</button><button type="submit" class="plain" name="change" value="remove">Remove the app</button></div>
</form>
<p class="links"><a href="/console/sign-in-methods">Back to sign-in methods</a></p>`;
  return layout({ title: error === undefined ? 'Authenticator app' : 'Error: authenticator app', body });
}
