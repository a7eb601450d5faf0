import { html } from './html.ts';
import { messagePage } from './message-page.ts';

const back = (path: string) => html`<p class="links"><a href="${path}">Back to sign-in</a></p>`;

/** @param backPath  of the sign-in page that sent the reader here */
export function createAccountPage(backPath: string): string {
  return messagePage({
    title: 'Accounts are made by your administrator',
    paragraphs: [
      'You cannot create an account here yourself. Ask whoever runs this Latchkey for one: they will give you an e-mail address and a first password to sign in with.',
    ],
    after: back(backPath),
  });
}

/** @param backPath  of the sign-in page that sent the reader here */
export function forgotPasswordPage(backPath: string): string {
  return messagePage({
    title: 'Ask your administrator for a new password',
    paragraphs: ['This Latchkey does not send e-mail, so it cannot reset a password for you. Whoever runs it can give you a new one.'],
    after: back(backPath),
  });
}
