import type { ConnectAnswer } from '@latchkey/contracts';
import { foreignText } from '../pages/foreign-text.ts';
import { html } from '../pages/html.ts';
import { errorSummary, layout } from '../pages/layout.ts';
import { messagePage } from '../pages/message-page.ts';
import { connectPath } from './return-cookie.ts';

type Open = Extract<ConnectAnswer, { outcome: 'open' }>;

export interface ConnectPageOptions {
  connection: Open;
  ticket: string;
  csrf: string;
  /** What the program is called on whose call this began; null where nobody but the person asked */
  clientName: string | null;
  error?: string;
}

/** GW-84: who asks, what it is for and where one is led, before the other side is visited. */
export function connectPage({ connection, ticket, csrf, clientName, error }: ConnectPageOptions): string {
  const { name, kind, server, origin, client, shared, known, wants } = connection;
  const whose = shared ? 'Every call of the project to this server will be made with it.' : 'Your calls to this server, and nobody else’s, will be made with it.';
  const body = html`<h1>Connect <bdi>${foreignText(name)}</bdi>?</h1>
${errorSummary(error)}
${client !== null && html`<p><strong><bdi>${foreignText(clientName ?? client)}</bdi></strong> wants to use the server <code>${server}</code>, which needs this. Go on only if you started that yourself.</p>`}
${client === null && !known && html`<p>Go on only if you came here from the program in which you use the server <code>${server}</code>, and not by a link that somebody sent you.</p>`}
<p>The server is at <strong>${origin}</strong>. ${whose}</p>
${wants.length > 0 && html`<p>It wants more than was agreed to before: ${wants.slice(0, 20).map((scope) => html`<code>${foreignText(scope)}</code> `)}The other side asks you about that next.</p>`}
<form method="post" action="${connectPath(ticket)}"><input type="hidden" name="_csrf" value="${csrf}">
${kind === 'static' && html`<label for="value">Value to send, as the server expects it</label><input id="value" name="value" type="password" autocomplete="off" required maxlength="8192">`}
<div class="choices"><button type="submit" name="answer" value="connect">${kind === 'static' ? 'Save' : 'Continue'}</button></div></form>
<p class="soft small">If you do not know what this is about, close this page: nothing has happened.</p>`;
  return layout({ title: error === undefined ? 'Connect' : 'Error: connect', body });
}

export const connectSignInPage = (ticket: string): string =>
  messagePage({
    title: 'Sign in to connect',
    paragraphs: ['Sign in as the person whose program sent you here. You then come back.'],
    after: html`<div class="choices"><a class="button" href="${connectPath(ticket)}/sign-in">Sign in</a></div>`,
  });

const turned = {
  sign_in: ['Sign in to connect', 'You are no longer signed in. Sign in, and start again from the program that sent you here.'],
  other_person: ['This is for somebody else', 'The link was made for another person than the one who is signed in here. If somebody sent it to you, do not use it: what you connect would be used by them.'],
  other_browser: ['This began in another browser', 'Go on in the browser in which you began, or start again from the program that sent you here.'],
  gone: ['This is no longer open', 'The link was used or has expired, or the connection was removed. Start again from the program that sent you here.'],
} as const;

export const turnedAwayPage = (outcome: keyof typeof turned): string => messagePage({ title: turned[outcome][0], paragraphs: [turned[outcome][1]] });

const ends = {
  connected: ['Connected', 'You can close this page and go on where you came from.'],
  denied: ['Not connected', 'You did not agree at the other side, and nothing was kept.'],
  failed: ['Not connected', 'The other side could not be reached, or gave an answer that cannot be used. Try again later; if it stays so, ask whoever looks after the server.'],
} as const;

/** Where the way ends that began with a program's call. */
export function connectedPage(outcome: keyof typeof ends, name: string): string {
  const [title, text] = ends[outcome];
  return messagePage({ title, paragraphs: [html`<bdi>${foreignText(name)}</bdi>`, text] });
}
