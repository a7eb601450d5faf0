import { scopeDescriptions, sensitiveScopes, type Scope } from '@latchkey/contracts';
import { isFirstParty } from '../clients/first-party.ts';
import { consentDays } from '../grants/consents.ts';
import { foreignText } from '../pages/foreign-text.ts';
import { html, type Html } from '../pages/html.ts';
import { errorSummary, layout } from '../pages/layout.ts';
import type { RedirectFacts } from './client-facts.ts';
import type { ConsentView, OrganizationChoice, ProjectChoice } from './consent-view.ts';
import type { AskedProjects } from './project-choice.ts';

const oidcWords: Record<string, string> = {
  openid: 'Know which account you signed in with',
  email: 'See your e-mail address',
  profile: 'See your name',
  offline_access: 'Stay connected when you are away, until you revoke it',
};

function redirectWords({ kind, place }: RedirectFacts): Html {
  if (kind === 'loopback') return html`<strong>${place}</strong> (this computer)`;
  if (kind === 'device') return html`a device that asked from <strong>${place}</strong>`;
  if (kind === 'app') return html`an app on this device that opens <strong>${foreignText(place)}</strong> links`;
  return html`<strong>${place}</strong>`;
}

/** Organizations where a scope is not to be had, and why, where that differs between those that can be chosen. */
function exceptIn(scope: Scope, usable: readonly OrganizationChoice[]): Html[] {
  const without = new Map<string, string[]>();
  for (const choice of usable.filter(({ scopes }) => !scopes.includes(scope))) {
    const why = choice.withheld?.get(scope) ?? 'your role there does not allow it';
    without.set(why, [...(without.get(why) ?? []), foreignText(choice.name)]);
  }
  return [...without].map(([why, names]) => html` <span class="soft small">(not in ${names.join(', ')}: ${why})</span>`);
}

/** What an organization that can be chosen keeps from this program altogether: asked for, and never to be had. */
function withheldNote(view: ConsentView, usable: readonly OrganizationChoice[]): Html | false {
  const lost = view.requested.filter((scope) => !usable.some(({ scopes }) => scopes.includes(scope)));
  const kept = lost.flatMap((scope) => usable.flatMap(({ withheld }) => withheld?.get(scope) ?? []).slice(0, 1).map((why) => html`<li><code>${scope}</code>: ${why}</li>`));
  return kept.length > 0 && html`<h2>It also asked for, and will not get</h2><ul class="scopes">${kept}</ul>`;
}

/** A name is a claim; whose word it is, if anybody's, stands beside it. What is part of Latchkey is the word of whoever runs it, and of no organization. */
function nameTag({ client }: ConsentView, usable: readonly OrganizationChoice[]): Html {
  if (isFirstParty(client.id)) return html`<p><span class="tag good">part of Latchkey</span></p>`;
  const vouching = usable.filter(({ trusted }) => trusted === true).map(({ name }) => foreignText(name));
  if (vouching.length === 0) {
    return html`<p><span class="tag">unverified name</span> <span class="soft small">Any program can call itself that. Look at where it sends you.</span></p>`;
  }
  const others = vouching.length < usable.length;
  return html`<p><span class="tag good">verified by ${vouching.join(', ')}</span>${others && html` <span class="soft small">No other organization of yours vouches for it.</span>`}</p>`;
}

/** Why there is nothing to allow. */
function impossibleWords(organizations: readonly OrganizationChoice[]): Html {
  const refusals = organizations.flatMap(({ name, refusal }) => (refusal === undefined ? [] : [html`<p>${foreignText(name)} does not allow this: ${refusal}.</p>`]));
  if (refusals.length > 0) return html`${refusals}<p>An administrator of the organization can change that.</p>`;
  return html`<p>Your account has no role that allows any of what this program asks for. An administrator of the organization can give you one.</p>`;
}

const scopeItem = (words: string, name: string, note: readonly Html[] = []): Html =>
  html`<li>${words}${note}<br><code>${name}</code></li>`;

function scopeLists(view: ConsentView, usable: readonly OrganizationChoice[]): Html {
  const offered = view.requested.filter((scope) => usable.some((choice) => choice.scopes.includes(scope)));
  const items = (scopes: readonly Scope[]) => scopes.map((scope) => scopeItem(scopeDescriptions[scope], scope, exceptIn(scope, usable)));
  const sensitive = offered.filter((scope) => sensitiveScopes.includes(scope));
  const ordinary = offered.filter((scope) => !sensitiveScopes.includes(scope));
  const identity = view.oidcScopes.map((scope) => scopeItem(oidcWords[scope] ?? scope, scope));
  return html`${ordinary.length + identity.length > 0 && html`<h2>It will be able to</h2>
<ul class="scopes">${items(ordinary)}${identity}</ul>`}
${sensitive.length > 0 && html`<section class="sensitive" aria-labelledby="sensitive"><h2 id="sensitive">Sensitive: it will ${ordinary.length + identity.length > 0 && 'also '}administer Latchkey for you</h2>
<ul class="scopes">${items(sensitive)}</ul></section>`}
${withheldNote(view, usable)}`;
}

function organizationField(view: ConsentView, usable: readonly OrganizationChoice[], chosen: string | null): Html {
  if (view.resource === null) return html``;
  if (view.organizations.length === 1) return html`<input type="hidden" name="org" value="${usable[0]?.slug}">`;
  const options = view.organizations.map((choice) => {
    const usableHere = choice.scopes.length > 0;
    return html`<option value="${choice.slug}"${choice.slug === chosen && html` selected`}${!usableHere && html` disabled`}>${foreignText(choice.name)}${!usableHere && ` (${choice.refusal ?? 'no access to this'})`}</option>`;
  });
  return html`<div class="field"><label for="org">Organization</label><select id="org" name="org" required>${options}</select></div>`;
}

/** Which projects it may act in. Without a script a page cannot follow the choice of the organization, so each has its own list. */
function projectsField({ keptTo: before = [] }: ConsentView, usable: readonly OrganizationChoice[], asked: AskedProjects | undefined): Html | false {
  const offering = usable.filter(({ projects }) => projects !== undefined && projects.length > 0);
  if (offering.length === 0) return false;
  const { reach, projects: ticked } = asked ?? { reach: before.length > 0 ? 'some' : 'all', projects: before };
  const box = (org: string, { slug, name }: ProjectChoice): Html => {
    const value = `${org}/${slug}`;
    return html`<li><label><input type="checkbox" name="project" value="${value}"${ticked.includes(value) && html` checked`}> ${name === slug ? html`<code>${slug}</code>` : html`${foreignText(name)} <code>${slug}</code>`}</label></li>`;
  };
  const lists = offering.map(({ slug, name, projects = [] }) => html`${offering.length > 1 && html`<p class="soft small">In ${foreignText(name)}</p>`}<ul class="boxes">${projects.map((project) => box(slug, project))}</ul>`);
  return html`<fieldset><legend>Projects</legend>
<label><input type="radio" name="reach" value="all"${reach === 'all' && html` checked`}> All that you have a part in, also later ones</label>
<label><input type="radio" name="reach" value="some"${reach === 'some' && html` checked`}> Only these:</label>
${lists}</fieldset>`;
}

export interface ConsentPageOptions {
  uid: string;
  csrf: string;
  error?: string;
  /** The organization that was chosen before. */
  chosen?: string | undefined;
  /** The projects that were chosen before. */
  asked?: AskedProjects;
}

/** AS-90: who asks, as far as that is known, for what, in whose name, and where the answer goes. */
export function consentPage(view: ConsentView, { uid, csrf, error, chosen, asked }: ConsentPageOptions): string {
  const { client, resource } = view;
  const usable = view.organizations.filter((choice) => choice.scopes.length > 0);
  const possible = resource === null || usable.length > 0;
  const name = foreignText(client.name);
  const only = view.organizations.length === 1 ? usable[0] : undefined;
  const body = html`<h1>Allow <bdi>${name}</bdi> to connect?</h1>
${nameTag(view, usable)}
${errorSummary(error)}
<dl class="facts">
<dt>${client.redirect.kind === 'device' ? 'Gives access to' : 'Sends you back to'}</dt><dd>${redirectWords(client.redirect)}</dd>
<dt>${client.idHost === null ? 'Client id' : 'Published at'}</dt><dd>${client.idHost === null ? html`<code>${foreignText(client.id)}</code>` : html`<strong>${client.idHost}</strong>`}</dd>
${resource !== null && html`<dt>Connects to</dt><dd><strong>${foreignText(resource.name)}</strong><br><code>${resource.url}</code></dd>`}
${only !== undefined && html`<dt>Organization</dt><dd>${foreignText(only.name)}</dd>`}
<dt>Your account</dt><dd>${foreignText(view.email, 254)}<br><a class="small" href="/interaction/${uid}/switch">Not you? Sign in as someone else</a></dd>
</dl>
${client.redirect.kind === 'device' && html`<div class="notice warn"><p>Allow it only if you started this on a device of yours just now. Whoever holds that device gets what is listed below.</p></div>`}
${client.loopbackOnly && html`<div class="notice warn"><p>This program runs on your own computer, where any other program could pretend to be it. Allow it only if you started it yourself just now.</p></div>`}
${view.remembered !== undefined && view.remembered !== null && html`<p class="soft">You allowed this before, on ${view.remembered.at.toISOString().slice(0, 10)}.</p>`}
<form method="post" action="/interaction/${uid}/consent">
<input type="hidden" name="_csrf" value="${csrf}">
${
  possible
    ? html`${organizationField(view, usable, chosen ?? view.organization)}${projectsField(view, usable, asked)}${scopeLists(view, usable)}`
    : html`<div class="notice warn">${impossibleWords(view.organizations)}</div>`
}
<div class="choices">${possible && html`<button type="submit" name="decision" value="allow">Allow</button>`}<button type="submit" class="plain" name="decision" value="deny" formnovalidate>Deny</button></div>
</form>
${view.lasts === true && possible && html`<p class="soft small">If you allow it, it can connect again for ${consentDays} days without this page, as long as it wants no more. You can end that in the console.</p>`}`;
  return layout({ title: error === undefined ? `Allow ${name} to connect?` : `Error: allow ${name} to connect?`, body });
}
