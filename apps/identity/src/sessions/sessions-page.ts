import type { Session } from '@latchkey/contracts';
import { foreignText } from '../pages/foreign-text.ts';
import { html, type Html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';

const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;
const kinds: Record<Session['kind'], string> = { console: 'Console', browser: 'Sign-in for programs' };

function row({ id, kind, device, address, createdAt, lastSeenAt }: Session, { csrf, current }: { csrf: string; current: string }): Html {
  const end = html`<form method="post" action="/console/sessions/${id}/end"><input type="hidden" name="_csrf" value="${csrf}"><button type="submit" class="link small" aria-label="End ${kinds[kind]}, ${device}, seen ${minute(lastSeenAt)}">End</button></form>`;
  return html`<li class="key"><div><strong>${device}</strong> ${id === current && html`<span class="tag">this browser</span>`}<br>
<span class="soft small">${kinds[kind]} · ${address === null ? 'unknown address' : foreignText(address, 64)} · since ${minute(createdAt)} · last seen ${minute(lastSeenAt)}</span></div>${end}</li>`;
}

export interface SessionsPageOptions {
  csrf: string;
  email: string;
  sessions: readonly Session[];
  /** Of the browser that asks. */
  current: string;
}

export function sessionsPage({ csrf, email, sessions, current }: SessionsPageOptions): string {
  const body = html`<h1>Where you are signed in</h1>
<p class="soft">as ${email}. A device is what its browser says it is. Ending a sign-in for programs also ends what they got through it.</p>
<ul class="keys">${sessions.map((session) => row(session, { csrf, current }))}</ul>
${sessions.some(({ id }) => id !== current) && html`<form method="post" action="/console/sessions/end-others"><input type="hidden" name="_csrf" value="${csrf}"><button type="submit" class="plain">Sign out everywhere else</button></form>`}
<p class="links"><a href="/console">Back to the console</a></p>`;
  return layout({ title: 'Where you are signed in', body, wide: true });
}
