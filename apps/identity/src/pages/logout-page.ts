import { html } from './html.ts';
import { layout } from './layout.ts';
import { messagePage } from './message-page.ts';

/**
 * Asks before a session ends (RP-initiated logout).
 * @param form  where and with which secret the engine wants the answer
 */
export function logoutPage({ action, xsrf }: { action: string; xsrf: string }): string {
  const title = 'Sign out?';
  const body = html`<h1>${title}</h1>
<p>A program asks to end your Latchkey session in this browser.</p>
<form method="post" action="${action}">
<input type="hidden" name="xsrf" value="${xsrf}">
<div class="choices"><button type="submit" name="logout" value="yes">Sign out</button><button type="submit" class="plain">Stay signed in</button></div>
</form>`;
  return layout({ title, body });
}

export const loggedOutPage = (): string => messagePage({ title: 'Signed out', paragraphs: ['You can close this page.'] });
