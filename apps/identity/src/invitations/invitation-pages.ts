import { foreignText } from '../pages/foreign-text.ts';
import { html, type Html } from '../pages/html.ts';
import { errorSummary, layout } from '../pages/layout.ts';
import { messagePage } from '../pages/message-page.ts';
import type { OpenInvitation } from './find-invitation.ts';
import { invitationPath } from './invitation-token.ts';

export interface InvitationPageOptions {
  invitation: OpenInvitation;
  token: string;
  csrf: string;
  /** Address of who is signed in; null for nobody. */
  signedInAs: string | null;
  error?: string;
}

const roleWords = { owner: 'an owner', admin: 'an administrator', member: 'a member' } as const;

function choices({ invitation: { row }, token, csrf, signedInAs }: InvitationPageOptions): Html {
  const decline = html`<form method="post" action="${invitationPath(token)}/decline"><input type="hidden" name="_csrf" value="${csrf}"><button type="submit" class="plain">Decline</button></form>`;
  if (signedInAs === null) {
    return html`<p>To accept, sign in with <strong>${row.email}</strong>, or create an account for that address. You then come back here.</p>
<div class="choices"><a class="button" href="${invitationPath(token)}/sign-in">Sign in</a>${decline}</div>
<p class="links"><a href="${invitationPath(token)}/create-account">Create account</a></p>`;
  }
  if (signedInAs !== row.email) {
    return html`<p>The invitation is for <strong>${row.email}</strong>, and you are signed in as ${signedInAs}. Sign in with the invited address to accept.</p>
<div class="choices"><a class="button" href="${invitationPath(token)}/sign-in">Sign in as ${row.email}</a>${decline}</div>`;
  }
  return html`<p class="soft small">You are signed in as ${signedInAs}.</p>
<div class="choices"><form method="post" action="${invitationPath(token)}/accept"><input type="hidden" name="_csrf" value="${csrf}"><button type="submit">Accept</button></form>${decline}</div>`;
}

export function invitationPage(options: InvitationPageOptions): string {
  const { invitation, error } = options;
  const { row, orgName, invitedBy } = invitation;
  const projects = Object.entries(row.projects);
  const body = html`<h1>Join <bdi>${foreignText(orgName)}</bdi>?</h1>
${errorSummary(error)}
<p>${foreignText(invitedBy)} invites you to the organization <code>${row.org}</code>, as ${roleWords[row.role]}.</p>
${projects.length > 0 && html`<p class="soft small">In projects: ${projects.map(([project, role]) => `${project} (${role})`).join(', ')}</p>`}
${choices(options)}`;
  return layout({ title: error === undefined ? 'Invitation' : 'Error: invitation', body });
}

export const invitationGonePage = (): string =>
  messagePage({
    title: 'This invitation is no longer open',
    paragraphs: ['It was answered or taken back, has expired, or a newer one was sent in its place. Ask whoever invited you to send it again.'],
    after: html`<p class="links"><a href="/console">To the console</a></p>`,
  });

export const invitationDeclinedPage = (): string => messagePage({ title: 'Invitation declined', paragraphs: ['Nothing else will happen. You can close this page.'] });
