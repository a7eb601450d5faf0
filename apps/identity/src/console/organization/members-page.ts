import type { Invitation, Member, OrgRole } from '@latchkey/contracts';
import type { Membership } from '../../organizations/find-role.ts';
import { foreignText } from '../../pages/foreign-text.ts';
import { html, type Html } from '../../pages/html.ts';
import { errorSummary, layout } from '../../pages/layout.ts';

export interface MembersPageOptions {
  acting: Membership;
  userId: string;
  csrf: string;
  members: readonly Member[];
  /** Of the next page of members. */
  nextCursor: string | null;
  q: string;
  /** Open ones; null for who may not see them. */
  invitations: readonly Invitation[] | null;
  error?: string;
}

const roleWords: Record<OrgRole, string> = { owner: 'owner', admin: 'administrator', member: 'member' };

/** A form that is one button; `fields` go along unseen. */
function button(action: string, words: string, label: string, fields: Record<string, string>): Html {
  const hidden = Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  return html`<form method="post" action="${action}">${hidden}<button type="submit" class="link small" aria-label="${label}">${words}</button></form>`;
}

function roleForm(member: Member, { acting, csrf }: MembersPageOptions, label: string): Html {
  const roles: OrgRole[] = acting.role === 'owner' ? ['owner', 'admin', 'member'] : ['admin', 'member'];
  const options = roles.map((role) => html`<option value="${role}"${role === member.role && html` selected`}>${roleWords[role]}</option>`);
  return html`<form method="post" action="/console/members/${member.user}/role"><input type="hidden" name="_csrf" value="${csrf}"><input type="hidden" name="org" value="${acting.org}">
<select name="role" aria-label="Role of ${label}">${options}</select><button type="submit" class="link small" aria-label="Change role of ${label}">Change role</button></form>`;
}

function memberRow(member: Member, options: MembersPageOptions): Html {
  const { acting, csrf, userId } = options;
  const label = foreignText(member.email);
  const projects = Object.entries(member.projects).map(([project, role]) => `${project} (${role})`).join(', ');
  // Rules are the operation's; here nobody is offered what would be refused.
  const may = acting.role === 'owner' || (acting.role === 'admin' && member.role !== 'owner');
  return html`<li class="key"><div><strong>${foreignText(member.name)}</strong> ${label}${member.user === userId && html` <span class="soft small">(you)</span>`}<br><span class="soft small">${roleWords[member.role]}${projects !== '' && ` · ${projects}`}</span></div>
${may && html`<div>${roleForm(member, options, label)}${button(`/console/members/${member.user}/remove`, 'Remove', `Remove ${label}`, { _csrf: csrf, org: acting.org })}</div>`}</li>`;
}

function invitationRow({ id, email, role, status, expiresAt }: Invitation, { acting, csrf }: MembersPageOptions): Html {
  const fields = { _csrf: csrf, org: acting.org };
  return html`<li class="key"><div>${foreignText(email)}<br><span class="soft small">${roleWords[role]} · ${status === 'expired' ? 'expired' : `open until ${expiresAt.slice(0, 10)}`}</span></div>
<div>${button(`/console/invitations/${id}/resend`, 'Send again', `Send again the invitation of ${foreignText(email)}`, fields)}${button(`/console/invitations/${id}/revoke`, 'Revoke', `Revoke the invitation of ${foreignText(email)}`, fields)}</div></li>`;
}

function invitationSection(options: MembersPageOptions): Html | false {
  const { acting, csrf, invitations } = options;
  if (invitations === null) return false;
  const roles: OrgRole[] = acting.role === 'owner' ? ['member', 'admin', 'owner'] : ['member', 'admin'];
  return html`<h2>Invitations</h2>
${invitations.length === 0 && html`<p class="soft">None is open.</p>`}
${invitations.length > 0 && html`<ul class="keys">${invitations.map((invitation) => invitationRow(invitation, options))}</ul>`}
<form method="post" action="/console/members/invite">
<input type="hidden" name="_csrf" value="${csrf}"><input type="hidden" name="org" value="${acting.org}">
<div class="field"><label for="invite-email">E-mail address to invite</label><input id="invite-email" name="email" type="email" required maxlength="254" autocomplete="off"></div>
<div class="field"><label for="invite-role">As</label><select id="invite-role" name="role">${roles.map((role) => html`<option value="${role}">${roleWords[role]}</option>`)}</select></div>
<button type="submit">Send invitation</button>
</form>`;
}

/** Who belongs to an organization, and forms for those who may change that. */
export function membersPage(options: MembersPageOptions): string {
  const { acting, members, nextCursor, q, error } = options;
  const more = nextCursor === null ? null : `/console/members?${new URLSearchParams({ org: acting.org, ...(q === '' ? {} : { q }), cursor: nextCursor }).toString()}`;
  const body = html`<h1>Members of <bdi>${foreignText(acting.name)}</bdi></h1>
${errorSummary(error)}
<form method="get" action="/console/members"><input type="hidden" name="org" value="${acting.org}"><div class="field"><label for="q">Find by name or address</label><input id="q" name="q" type="text" value="${q}" maxlength="100"></div><button type="submit" class="plain">Find</button></form>
${members.length === 0 && html`<p>Nobody is found.</p>`}
${members.length > 0 && html`<ul class="keys">${members.map((member) => memberRow(member, options))}</ul>`}
${more !== null && html`<p class="links"><a href="${more}">More members</a></p>`}
${invitationSection(options)}
<p class="links"><a href="/console?org=${acting.org}">Back to the console</a></p>`;
  return layout({ title: error === undefined ? 'Members' : 'Error: members', body, wide: true });
}
